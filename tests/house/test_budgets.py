"""What pages may cost: the database the same for one row and for fifty, at most twelve queries; the processor so many calls a row."""

from __future__ import annotations

import sys
from collections import Counter
from types import FrameType
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.base import outward
from helpdesk.staff.models import Team
from helpdesk.staff.rights import registered
from helpdesk.studio.models import Tag, Topic
from tests.factories.desk import make_game, make_player, make_ticket, newest_question, player_writes
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import of_the_page
from tickets.actors import operator
from tickets.desk.queue import selectors
from tickets.models import Message, Ticket
from tickets.services import outbox
from tickets.services.assign import assign, set_team
from tickets.services.attachments import NewFile, keep_files
from tickets.services.edit import set_tags, set_topic
from tickets.services.reply import OutgoingMessage, add_note, send_reply

pytestmark = pytest.mark.django_db
BUDGET = 12
CALLS = {"a row of the queue": 400, "a message of a thread": 1000}  # of functions in Python: what a neighbour on the machine cannot change
NODES = {"a row of the queue": 2, "a message of a thread": 90}  # of templates


@pytest.fixture
def desk(settings: Any, tmp_path: Any) -> Client:
    settings.UNDO_WINDOW = 0
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "helpdesk.base.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path)}}
    }
    client = Client()
    client.force_login(somebody(*registered(), name="Olga Ward"))
    return client


def full_ticket(number: int) -> Ticket:
    """One with everything a row can show, all of it different from the other rows'."""
    ticket = make_ticket(game=make_game("ashvale" if number % 2 else "emberfall"), player=make_player(f"Player {number}"))
    author = somebody(name=f"Author{number} Ward")
    by = operator(author)
    assign(ticket, to=author, by=by)
    set_team(ticket, to=Team.objects.create(name=f"Team {number}", slug=f"team-{number}"), by=by)
    set_topic(ticket, Topic.objects.create(slug=f"topic-{number}", name=f"Topic {number}"), by=by)
    set_tags(ticket, [Tag.objects.create(name=f"tag {number}")], by=by)
    return ticket


def talk(ticket: Ticket, number: int) -> None:
    """A question with a picture, a note and an answer."""
    question = player_writes(ticket, f"Question {number}")
    keep_files(ticket, [NewFile(f"{number}.txt", b"%d" % number)], message=question)
    author = somebody(name=f"Talker{number} Ward")
    add_note(ticket, f"Note {number}", by=operator(author))
    send_reply(ticket, OutgoingMessage(f"Answer {number}", answers_upto=newest_question(ticket)), by=operator(author))
    outbox.send_due()


def cost(desk: Client, address: str, **headers: str) -> list[str]:
    outward.forget()
    desk.get(address, headers=headers)  # what is read once per process is not the page's cost
    with CaptureQueriesContext(connection) as queries:
        response = desk.get(address, headers=headers)
        assert response.status_code == 200
    return [query["sql"] for query in queries.captured_queries]


def compare(one: list[str], many: list[str]) -> None:
    told = "\n".join(sql[:150] for sql in many)
    assert len(many) == len(one), f"{len(one)} queries for one, {len(many)} for many:\n{told}"
    assert len(many) <= BUDGET, f"{len(many)} queries:\n{told}"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_the_queue_costs_the_same_for_one_or_fifty(headers: dict[str, str], desk: Client) -> None:
    full_ticket(0)
    one = cost(desk, reverse("desk:queue"), **headers)
    for number in range(1, 50):
        full_ticket(number)

    compare(one, cost(desk, reverse("desk:queue"), **headers))


def test_a_ticket_costs_the_same_for_one_message_or_fifty(desk: Client) -> None:
    ticket = full_ticket(0)
    talk(ticket, 0)
    one = cost(desk, reverse("desk:ticket", args=[ticket.number]))
    for number in range(1, 17):
        talk(ticket, number)
    assert Message.objects.filter(ticket=ticket).count() > 50

    compare(one, cost(desk, reverse("desk:ticket", args=[ticket.number])))


@pytest.mark.parametrize("name", ["desk:queue_updates", "desk:rail", "staff:bell"])
def test_what_asks_every_few_seconds_costs_little(name: str, desk: Client) -> None:
    for number in range(5):
        full_ticket(number)
    desk.get(reverse(name))
    with CaptureQueriesContext(connection) as queries:
        assert desk.get(reverse(name)).status_code < 400

    asked = of_the_page(queries)
    assert len(asked) <= 7, "\n".join(asked)


def work(desk: Client, address: str) -> Counter[str]:
    """How many functions a page calls, and how many nodes of templates it draws."""
    desk.get(address)
    done: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _arg: object) -> None:
        if event == "call":
            done["calls"] += 1
            done["nodes"] += frame.f_code.co_name == "render_annotated"

    sys.setprofile(count)
    try:
        desk.get(address)
    finally:
        sys.setprofile(None)
    return done


def each_costs(what: str, few: Counter[str], many: Counter[str], more: int) -> None:
    calls, nodes = ((many[kind] - few[kind]) / more for kind in ("calls", "nodes"))
    assert 0 < calls <= CALLS[what], f"{what} costs {calls:.0f} calls of functions"
    assert nodes <= NODES[what], f"{what} costs {nodes:.0f} nodes of templates"


def test_a_row_of_the_queue_stays_cheap(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(41):
        full_ticket(number)
    monkeypatch.setattr(selectors, "PAGE", 10)
    few = work(desk, reverse("desk:queue"))
    monkeypatch.setattr(selectors, "PAGE", 40)

    each_costs("a row of the queue", few, work(desk, reverse("desk:queue")), 30)


def test_a_message_stays_cheap(desk: Client) -> None:
    ticket = full_ticket(0)
    talk(ticket, 0)
    few = work(desk, reverse("desk:ticket", args=[ticket.number]))
    for number in range(1, 11):
        talk(ticket, number)

    each_costs("a message of a thread", few, work(desk, reverse("desk:ticket", args=[ticket.number])), 30)
