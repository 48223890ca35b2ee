"""Pending, Resolved and Closed take a right each, by hand, with a reply and for many; who lacks one is not offered it."""

from __future__ import annotations

import pytest

from helpdesk.base.errors import NotAllowed
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.factories.desk import make_ticket, newest_question
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import Desk
from tickets.access import demand_settable, ticket_for
from tickets.actors import operator
from tickets.models import Status, Ticket
from tickets.services.edit import set_status
from tickets.services.merge import merge

pytestmark = pytest.mark.django_db


@pytest.fixture
def careful(db: None) -> User:
    """Who answers and sets statuses, and ends nothing."""
    return somebody(Right.VIEW, Right.REPLY, Right.SET_STATUS, Right.BULK, name="Cara Full")


def status_of(ticket: Ticket) -> str:
    return Ticket.objects.get(pk=ticket.pk).status


def test_by_hand_only_what_the_roles_allow_is_offered_and_done(desk: Desk, careful: User) -> None:
    ticket, client = make_ticket(), desk(careful)
    page = f"/tickets/{ticket.number}/status/"

    offered = client.get(page).content.decode()
    for status in ("pending", "resolved", "closed"):
        assert f'value="{status}"' not in offered
        client.post(page, {"status": status, "pending_on": "Billing", "sure": "on"})
        assert status_of(ticket) == Status.NEW

    client.post(page, {"status": "in_progress"})
    assert status_of(ticket) == Status.IN_PROGRESS


def test_a_reply_brings_no_status_that_its_author_may_not_set(desk: Desk, careful: User) -> None:
    ticket, client = make_ticket(), desk(careful)
    page, said = f"/tickets/{ticket.number}/", {"mode": "reply", "text": "Done.", "seen": str(2**40), "upto": str(newest_question(ticket))}

    assert {after.status for after in client.get(page).context["composer"].after} == {"answered", "in_progress"}
    refused = client.post(f"{page}reply/", said | {"then": "resolved"})

    assert refused.status_code == 422
    assert "Your roles do not let you bring a ticket to “Resolved”" in refused.content.decode()
    assert ticket.messages.count() == 1
    assert client.post(f"{page}reply/", said | {"then": "answered"}).status_code == 302


def test_many_at_once_are_no_way_round(desk: Desk, careful: User) -> None:
    ticket, client = make_ticket(), desk(careful)

    bar = client.get("/tickets/").content.decode()
    assert "status:in_progress" in bar and "status:resolved" not in bar

    for act, status in (("status:resolved", Status.NEW), ("status:in_progress", Status.IN_PROGRESS)):
        client.post("/tickets/picked/", {"do": act, "pick": [ticket.number], "seen": str(2**40), "sure": "1"})
        assert status_of(ticket) == status


def test_where_a_ticket_was_merged_into_another_the_right_is_asked_there_again() -> None:
    first, second = make_ticket(language="en"), make_ticket(language="de")
    Ticket.objects.filter(pk=second.pk).update(player=first.player_id, game=first.game_id)
    english = somebody(Right.SET_CLOSED, language="en", name="Edna")
    everywhere = somebody(Right.VIEW, Right.SET_STATUS).grants.get().role
    english.grants.create(role=everywhere)
    asked = ticket_for(english, first.number, Right.SET_STATUS)
    demand_settable(english, asked, Status.CLOSED)
    merge(first, into=Ticket.objects.get(pk=second.pk), by=operator(english))

    with pytest.raises(NotAllowed):
        set_status(asked, Status.CLOSED, by=operator(english))
