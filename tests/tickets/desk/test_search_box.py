"""The queue's search box: words and fields in one, what it could not read, what may stand at the cursor."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.staff.models import Team, User
from helpdesk.studio.models import Tag, Topic
from tests.conftest import Travel
from tests.factories.desk import make_game, make_ticket
from tests.factories.search import index_all
from tests.tickets.desk.conftest import Desk, of_the_page
from tests.tickets.desk.test_queue import read, subjects
from tickets.actors import operator
from tickets.models import Status
from tickets.search.building import catch_up
from tickets.services.assign import assign
from tickets.services.edit import set_status

pytestmark = pytest.mark.django_db


def search(client: Client, typed: str, more: str = "&status=all") -> str:
    index_all()
    return unescape(read(client, f"?q={quote(typed)}{more}"))


def typed_parts(page: str) -> dict[str, str]:
    """The chips of what is asked for, and what the box would hold without each."""
    marks = re.findall(r'<(?:span|bdi class="typed" lang="")>([^<]*)</(?:span|bdi)>\s*</a>\s*<a class="x" href="/tickets/\?([^"]*)"', page)
    return {part: parse_qs(unescape(query)).get("q", [""])[0] for part, query in marks}


def troubles(page: str) -> list[str]:
    found = re.search(r'<ul class="troubles" id="troubles">(.*?)</ul>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", line).split()) for line in re.findall(r"<li>(.*?)</li>", found[1], re.DOTALL)] if found else []


def test_words_and_fields_narrow_together_and_with_the_address(clara: User, desk: Desk) -> None:
    tide = make_game("tideborn")
    for subject, game in (("Lost sword", tide), ("Lost shield", tide), ("Lost bow", make_game("emberfall"))):
        assign(make_ticket(subject=subject, game=game), to=clara, by=operator(clara))
    make_ticket(subject="Lost staff", game=tide)
    client = desk(clara)

    assert set(subjects(search(client, "lost game:tideborn"))) == {"Lost sword", "Lost shield", "Lost staff"}
    assert set(subjects(search(client, "lost with:me -shield", "&status=all&game=tideborn"))) == {"Lost sword"}
    assert set(subjects(search(client, "shield OR bow"))) == {"Lost shield", "Lost bow"}
    assert set(subjects(search(client, "исполнитель:никого"))) == {"Lost staff"}
    assert "Nothing fits these filters" in search(client, "game:tideborn lang:fr")
    assert "Nothing found for “unicorn with:me”" in re.sub("[\u2066-\u2069]", "", search(client, "unicorn with:me"))


def test_each_part_can_be_taken_off_again(clara: User, desk: Desk) -> None:
    make_ticket(subject="Lost sword")

    parts = typed_parts(search(desk(clara), 'sword "my map" OR shield  -lang:de (status:new)'))

    assert parts == {
        "sword": '"my map" OR shield -lang:de status:new',
        '"my map" OR shield': "sword -lang:de status:new",
        "Language: not Deutsch": 'sword "my map" OR shield status:new',
        "Status: New": 'sword "my map" OR shield -lang:de',
    }
    assert typed_parts(search(desk(clara), "sword")) == {"sword": ""}
    assert list(typed_parts(search(desk(clara), "-(bow ИЛИ axe) (pen OR ink)"))) == ["-(bow ИЛИ axe)", "(pen OR ink)"]


def test_what_cannot_be_read_is_told_and_the_rest_finds(clara: User, desk: Desk) -> None:
    make_ticket(subject="Lost sword")
    make_ticket(subject="Lost shield")

    page = search(desk(clara), 'sword staus:new created:2026-02-30 ) "<b> x')

    assert subjects(page) == []
    assert troubles(page) == [
        "staus:new There is no field “staus”. Did you mean “status”?",
        "created:2026-02-30 “Opened” cannot be “2026-02-30”.",
        ") This bracket closes nothing.",
        '" This quotation mark has no other one.',
    ]
    assert 'aria-describedby="troubles"' in page
    assert subjects(search(desk(clara), "sword staus:new")) == ["Lost sword"]
    many = troubles(search(desk(clara), "lost " + " ".join(f"staus:{n} a" for n in range(9))))
    assert (len(many), many[-1]) == (6, "And 4 more like these.")


def test_a_ticket_is_opened_by_its_number_alone(clara: User, desk: Desk) -> None:
    ticket = make_ticket()

    for typed in (ticket.number, ticket.number.lower(), ticket.number.replace("-", "")):
        assert desk(clara).get(f"/tickets/?q={typed}")["Location"] == f"/tickets/{ticket.number}/"
    assert subjects(search(desk(clara), f"{ticket.number} status:new")) == ["Crystals"]


def test_the_tabs_count_what_is_asked_for(clara: User, desk: Desk) -> None:
    make_ticket(subject="Lost sword")
    set_status(make_ticket(subject="Lost shield"), Status.RESOLVED, by=operator(clara))
    for typed in ("lost", "lang:en", "lang:en OR lang:de -status:closed"):
        page = search(desk(clara), typed)
        counts = dict(re.findall(r'st-(\w+)">[^<]*</span>\s*<span class="n">([^<]+)<', page.split('class="filters"')[0]))
        assert (counts["new"], counts["resolved"], counts["closed"]) == ("1", "1", "0"), typed


@pytest.mark.parametrize(
    "typed",
    ["(" * 1_000, "OR AND NOT -", "%_*?", "*sword", "[a-z]+(", "\x00", "😀 مرحبا \u202e", "created:99999-99-99", "a " * 900, "x" * 10_000,
     "'; --"],
)  # fmt: skip
def test_nothing_that_is_typed_is_an_error(clara: User, desk: Desk, typed: str) -> None:
    make_ticket()
    client = desk(clara)

    search(client, typed)
    assert client.get("/tickets/updates/", {"q": typed}).status_code == 200
    assert client.get("/tickets/completion/", {"q": typed, "at": "3"}).status_code == 200


def test_a_search_with_fields_keeps_the_budget_of_the_queue(clara: User, desk: Desk, travel: Travel) -> None:
    make_ticket(subject="Lost sword", game=make_game("tideborn"))
    Tag.objects.create(name="refund")
    Topic.objects.create(slug="lost-purchase", name="Lost purchase")
    Team.objects.create(slug="payments", name="Payments")
    client = desk(clara)
    index_all()
    catch_up(seconds=5)
    named = 'game:tideborn -tag:refund -topic:lost-purchase -team:Payments -with:"clara novak"'
    address = f"/tickets/?status=all&q={quote(f'lost {named} -tag:none OR lang:en status:новое waiting:<4h staus:x')}"
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert subjects(client.get(address).content.decode()) == ["Lost sword"]

    asked = of_the_page(queries)
    assert len(asked) <= 12, "\n".join(asked)


def test_what_may_stand_at_the_cursor_is_offered(clara: User, desk: Desk) -> None:
    client = desk(clara)

    page = client.get("/tickets/completion/", {"q": "sword sta shield", "at": "9"}).content.decode()
    assert 'role="option" id="offer-1" aria-selected="false"' in page
    assert 'data-start="6" data-end="9" data-text="status:"' in page
    assert "<small>Status</small>" in page
    assert "In progress" in client.get("/tickets/completion/", {"q": "status:"}).content.decode()
    assert client.get("/tickets/completion/", {"q": "unicorn"}).content.decode().strip() == ""
