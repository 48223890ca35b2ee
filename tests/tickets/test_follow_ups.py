"""A message to a closed ticket opens a linked one, and only one."""

from __future__ import annotations

import pytest

from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import make_ticket, player_writes
from tests.tickets.deeds import facts_hold, kinds, put
from tickets.actors import operator
from tickets.models import Message, Status, Ticket
from tickets.services.merge import merge
from tickets.services.open import Incoming, receive

pytestmark = pytest.mark.django_db


def closed(ticket: Ticket, by: User) -> Ticket:
    return put(put(ticket, Status.RESOLVED, by), Status.CLOSED, by)


def test_a_closed_ticket_stays_closed_and_its_follow_up_is_linked(anna: User, travel: Travel) -> None:
    ticket = closed(make_ticket(), anna)

    follow_up = player_writes(ticket, "It is gone again.").ticket

    ticket.refresh_from_db()
    assert (ticket.status, follow_up.follows_id, follow_up.status) == (Status.CLOSED, ticket.pk, Status.NEW)
    assert (follow_up.player_id, follow_up.contact_id, follow_up.game_id) == (ticket.player_id, ticket.contact_id, ticket.game_id)
    assert follow_up.waiting_since == travel.moment
    assert kinds(ticket)[-1] == "ticket.followed"
    assert facts_hold(ticket, follow_up)


def test_the_next_message_to_the_closed_one_joins_the_open_follow_up(anna: User, travel: Travel) -> None:
    ticket = closed(make_ticket(), anna)
    follow_up = player_writes(ticket).ticket

    assert player_writes(ticket, "Hello?").ticket == follow_up


def test_when_the_follow_up_is_closed_too_its_own_follow_up_is_found(anna: User, travel: Travel) -> None:
    ticket = closed(make_ticket(), anna)
    second = closed(player_writes(ticket).ticket, anna)
    third = player_writes(second).ticket

    assert third.follows_id == second.pk
    assert player_writes(ticket, "To the oldest mail.").ticket == third


def test_when_the_follow_up_was_merged_the_message_is_shown_where_that_is_shown(anna: User, travel: Travel) -> None:
    ticket = closed(make_ticket(), anna)
    follow_up = player_writes(ticket).ticket
    other = make_ticket(player=ticket.player)
    merge(follow_up, into=other, by=operator(anna))

    assert player_writes(ticket, "Hello?").ticket == other


def test_a_machines_letter_opens_nothing(anna: User, travel: Travel) -> None:
    ticket = closed(make_ticket(), anna)

    message = receive(ticket, Incoming(text="I am on holiday.", channel="post", automatic=True))

    ticket.refresh_from_db()
    assert (message.ticket_id, ticket.status, Ticket.objects.count()) == (ticket.pk, Status.CLOSED, 1)


@pytest.mark.parametrize("status", [Status.NEW, Status.WAITING, Status.IN_PROGRESS, Status.PENDING])
def test_a_message_to_an_open_ticket_leaves_its_status(status: Status, anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    if status != Status.NEW:
        put(ticket, status, anna)

    player_writes(ticket)

    ticket.refresh_from_db()
    assert ticket.status == status


@pytest.mark.parametrize("status", [Status.ANSWERED, Status.RESOLVED])
def test_a_message_to_an_answered_or_resolved_ticket_brings_it_back(status: Status, anna: User, travel: Travel) -> None:
    ticket = put(make_ticket(), status, anna)

    message = player_writes(ticket)

    ticket.refresh_from_db()
    assert (ticket.status, message.ticket_id) == (Status.WAITING, ticket.pk)


def test_a_text_without_end_is_cut_and_nul_never_reaches_the_row(travel: Travel) -> None:
    ticket = make_ticket()

    message = player_writes(ticket, "a\x00b\ud800" + "c" * 300_000)

    stored = Message.objects.get(pk=message.pk)
    assert stored.text.startswith("ab\N{REPLACEMENT CHARACTER}c")
    assert len(stored.text) == 200_000
