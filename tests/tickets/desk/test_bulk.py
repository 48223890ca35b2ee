"""One thing for the rows that were picked: what it does is said first, and it can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from helpdesk.base import clock
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Department
from tests.conftest import Travel
from tests.factories.desk import make_game, make_ticket, player_writes
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import DAILY, Desk
from tickets.actors import operator
from tickets.lifecycle.pending import PendingInfo
from tickets.lifecycle.waiting import wrong
from tickets.models import Priority, Status, Ticket
from tickets.services.assign import assign
from tickets.services.edit import set_priority, set_status

pytestmark = pytest.mark.django_db


@pytest.fixture
def greta(db: None) -> User:
    return somebody(*DAILY, Right.BULK, name="Greta Blum")


def pick(client: Client, act: str, *tickets: Ticket, sure: bool = True, query: str = "") -> str:
    """The page after the act; without `sure` the question."""
    seen = max(ticket.last_event_id for ticket in tickets)
    asked = {"do": act, "pick": [ticket.number for ticket in tickets], "seen": seen} | ({"sure": "1"} if sure else {})
    answer = client.post(f"/tickets/picked/{query}", asked, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def back(client: Client) -> str:
    return client.post("/tickets/picked/back/", follow=True).content.decode()


def now(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_first_the_number_and_the_consequences_are_said(greta: User, erik: User, desk: Desk) -> None:
    one, two = make_ticket(), make_ticket()
    assign(two, to=erik, by=operator(erik))

    page = pick(desk(greta), "status:resolved", one, two, sure=False)
    assert "Resolved: 2 tickets?" in page
    assert "2 players wait for an answer and get none" in page
    assert "You can take it back for 10 minutes" in page
    page = pick(desk(greta), "assign:me", one, two, sure=False)
    assert "1 is with a colleague now: Erik Holm." in page
    assert {now(one).status, now(two).status} == {Status.NEW}
    assert now(two).assignee == erik


def test_what_was_done_can_be_taken_back_to_the_letter(greta: User, erik: User, desk: Desk) -> None:
    fresh, pending = make_ticket(), make_ticket()
    until = clock.now() + timedelta(days=2)
    billing = Department.objects.create(name="Billing")
    said = PendingInfo("Billing", until, "in two days", billing.pk)
    set_status(pending, Status.PENDING, by=operator(erik), pending=said)
    client = desk(greta)
    page = pick(client, "status:resolved", fresh, now(pending))
    assert "2 tickets changed." in page
    assert "2 tickets: Resolved." in page
    assert now(fresh).waiting_since is None

    assert "2 tickets stand as before." in back(client)

    assert (now(fresh).status, now(pending).status) == (Status.NEW, Status.PENDING)
    assert PendingInfo.of(now(pending)) == said
    assert now(fresh).waiting_since is not None
    assert wrong([now(fresh), now(pending)]) == []
    assert "It can be taken back" not in client.get("/tickets/").content.decode()


def test_who_had_it_has_it_again(greta: User, erik: User, desk: Desk) -> None:
    his, free = make_ticket(), make_ticket()
    assign(his, to=erik, by=operator(erik))
    client = desk(greta)

    pick(client, "assign:me", now(his), free)
    assert now(his).assignee == now(free).assignee == greta
    back(client)

    assert (now(his).assignee, now(free).assignee) == (erik, None)


@pytest.mark.parametrize("since", ["player", "colleague"])
def test_what_somebody_changed_since_stays_and_is_named(greta: User, erik: User, desk: Desk, since: str) -> None:
    left, changed = make_ticket(), make_ticket()
    client = desk(greta)
    pick(client, "status:resolved", left, changed)
    if since == "player":
        player_writes(now(changed), "It is gone again!")
    else:
        set_status(now(changed), Status.IN_PROGRESS, by=operator(erik))

    page = back(client)

    assert "1 ticket stands as before." in page
    assert f"{changed.number}: It has changed since" in page
    assert now(left).status == Status.NEW
    assert now(changed).status == (Status.WAITING if since == "player" else Status.IN_PROGRESS)


def test_an_earlier_excuse_is_not_taken_back_with_it(greta: User, desk: Desk, travel: Travel) -> None:
    ticket = make_ticket("Thanks a lot!")
    set_status(ticket, Status.RESOLVED, by=operator(greta), no_reply_needed_upto=ticket.messages.latest("pk").pk)
    travel.forward(minutes=5)
    client = desk(greta)

    pick(client, "status:in_progress", now(ticket))
    back(client)

    assert (now(ticket).status, now(ticket).waiting_since) == (Status.RESOLVED, None)


def test_after_ten_minutes_it_is_too_late(greta: User, desk: Desk, travel: Travel) -> None:
    ticket, client = make_ticket(), desk(greta)
    pick(client, "status:resolved", ticket)
    travel.forward(minutes=11)

    assert "It is too late to take that back." in back(client)
    assert now(ticket).status == Status.RESOLVED


def test_what_was_refused_is_said(greta: User, desk: Desk) -> None:
    one, gone, gone_too = make_ticket(), make_ticket(), make_ticket()
    Ticket.objects.filter(pk__in=[gone.pk, gone_too.pk]).update(status=Status.CLOSED)

    page = pick(desk(greta), "status:resolved", one, gone, gone_too)

    assert "1 ticket changed." in page
    assert f"{gone.number}, {gone_too.number}: A ticket that is “Closed” cannot become “Resolved” this way." in page


def test_bulk_reaches_nothing_that_is_not_ones_own(desk: Desk) -> None:
    boss = somebody(*DAILY, Right.BULK, name="Greta Blum", game=make_game("emberfall"))
    theirs = make_ticket(game=make_game("tideborn"))

    assert "1 of the picked is not yours to change" in pick(desk(boss), "assign:me", theirs, sure=False)
    page = pick(desk(boss), "assign:me", theirs)

    assert "was not yours to change" in page
    assert now(theirs).assignee is None


@pytest.mark.parametrize(
    "said", [{}, {"do": "assign:me"}, {"do": "drop:all", "pick": "X"}, {"do": "status:closed", "pick": "X", "sure": "1"}]
)
def test_nonsense_is_answered_in_words(greta: User, desk: Desk, said: dict[str, str]) -> None:
    assert "Choose rows, and what to do with them." in desk(greta).post("/tickets/picked/", said, follow=True).content.decode()


def test_the_way_back_keeps_the_view(greta: User, desk: Desk) -> None:
    ticket = make_ticket()

    answer = desk(greta).post("/tickets/picked/?language=en", {"do": "assign:me", "pick": ticket.number, "sure": "1"})

    assert answer["Location"] == "/tickets/?language=en"


def test_a_priority_is_set_for_many_and_taken_back(greta: User, desk: Desk) -> None:
    one, two = make_ticket(), make_ticket()
    set_priority(two, Priority.LOW, by=operator(greta))
    client = desk(greta)

    assert "Urgent priority: 2 tickets?" in pick(client, "priority:urgent", one, now(two), sure=False)
    page = pick(client, "priority:urgent", one, now(two))
    assert {now(one).priority, now(two).priority} == {Priority.URGENT}
    assert page.count('class="priority urgent"') == 2
    assert "2 tickets stand as before." in back(client)
    assert (now(one).priority, now(two).priority) == (Priority.NORMAL, Priority.LOW)


def test_who_may_not_set_priorities_sets_none(desk: Desk) -> None:
    nina = somebody(*(right for right in DAILY if right != Right.SET_PRIORITY), Right.BULK)
    ticket = make_ticket()

    pick(desk(nina), "priority:urgent", ticket)

    assert now(ticket).priority == Priority.NORMAL
