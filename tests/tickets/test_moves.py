"""Who may move a ticket from where to where, and what a move writes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from helpdesk.base.errors import NotAllowed
from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import make_ticket
from tests.tickets.deeds import kinds, put
from tickets.actors import SYSTEM, ActorKind, operator
from tickets.lifecycle.machine import move, move_many
from tickets.lifecycle.moves import MOVES, may, reachable
from tickets.lifecycle.pending import PendingInfo
from tickets.locks import lock, lock_many
from tickets.models import ON_HOLD, Event, Pledge, Status
from tickets.services.edit import set_status

pytestmark = pytest.mark.django_db


def test_nothing_leads_out_of_closed() -> None:
    assert [move for move in MOVES if move[0] == Status.CLOSED] == []


def test_no_clock_moves_a_ticket_on_hold() -> None:
    assert [(before, after) for before, after in MOVES if before in ON_HOLD and may(before, after, ActorKind.SYSTEM)] == []


def test_a_player_only_brings_answered_and_resolved_back() -> None:
    assert [(before, after) for before, after in MOVES if may(before, after, ActorKind.PLAYER)] == [
        (Status.ANSWERED, Status.WAITING),
        (Status.RESOLVED, Status.WAITING),
    ]


def test_no_ticket_becomes_new_again() -> None:
    assert [move for move in MOVES if move[1] == Status.NEW] == []


def test_the_menu_offers_what_the_table_allows() -> None:
    assert reachable(Status.RESOLVED, ActorKind.OPERATOR) == [
        Status.WAITING, Status.IN_PROGRESS, Status.PENDING, Status.ANSWERED, Status.CLOSED,
    ]  # fmt: skip


def test_a_move_that_the_table_forbids_is_refused_in_words(anna: User, travel: Travel) -> None:
    ticket = make_ticket()

    with pytest.raises(NotAllowed, match="“New” cannot become “Closed”"):
        set_status(ticket, Status.CLOSED, by=operator(anna))

    ticket.refresh_from_db()
    assert ticket.status == Status.NEW


def test_a_move_records_one_event_with_both_statuses(anna: User, travel: Travel) -> None:
    ticket = make_ticket()

    put(ticket, Status.IN_PROGRESS, anna)

    event = Event.objects.get(ticket=ticket, kind="ticket.moved")
    assert (event.status_before, event.status, event.actor_kind, event.actor_id) == ("new", "in_progress", "operator", anna.pk)


def test_a_move_to_where_it_stands_is_no_move(anna: User, travel: Travel) -> None:
    ticket = put(make_ticket(), Status.IN_PROGRESS, anna)

    put(ticket, Status.IN_PROGRESS, anna)

    assert kinds(ticket).count("ticket.moved") == 1


def test_pending_demands_the_department(anna: User, travel: Travel) -> None:
    ticket = make_ticket()

    with pytest.raises(NotAllowed) as refusal:
        set_status(ticket, Status.PENDING, by=operator(anna))

    assert refusal.value.field == "pending_on"


def test_pending_with_another_department_is_a_move(anna: User, travel: Travel) -> None:
    ticket = put(make_ticket(), Status.PENDING, anna, on="billing")

    put(ticket, Status.PENDING, anna, on="legal")

    assert ticket.pending_on == "legal"
    moves = Event.objects.filter(ticket=ticket, kind="ticket.moved").order_by("pk")
    assert [Pledge.objects.get(pk=event.data["pledge"]).on for event in moves] == ["billing", "legal"]


def test_what_the_player_was_told_can_be_changed_while_pending(anna: User, travel: Travel) -> None:
    ticket = put(make_ticket(), Status.PENDING, anna, told="Two days.")

    put(ticket, Status.PENDING, anna, told="Until Friday.")

    assert ticket.pending_told == "Until Friday."


def test_leaving_pending_forgets_who_owed(anna: User, travel: Travel) -> None:
    ticket = put(make_ticket(), Status.PENDING, anna, until=travel.moment + timedelta(days=2), told="Two days.")

    put(ticket, Status.WAITING, anna)

    assert (ticket.pending_on, ticket.pending_until, ticket.pending_told) == ("", None, "")


def test_when_it_was_resolved_stays_when_it_closes_and_goes_when_it_comes_back(anna: User, travel: Travel) -> None:
    ticket = put(make_ticket(), Status.RESOLVED, anna)
    resolved_at = ticket.resolved_at
    travel.forward(hours=5)

    put(ticket, Status.CLOSED, anna)
    assert ticket.resolved_at == resolved_at

    other = put(make_ticket(), Status.RESOLVED, anna)
    put(other, Status.WAITING, anna)
    assert other.resolved_at is None


def test_when_one_of_many_may_not_move_none_has_moved(anna: User, travel: Travel) -> None:
    free, closed = make_ticket(), make_ticket()
    put(put(closed, Status.RESOLVED, anna), Status.CLOSED, anna)

    with transaction.atomic():
        rows = lock_many([free.pk, closed.pk])
        with pytest.raises(NotAllowed):
            move_many(rows, Status.RESOLVED, by=operator(anna))

    free.refresh_from_db()
    assert (rows[0].status, free.status) == (Status.NEW, Status.NEW)


def test_many_move_in_as_many_queries_as_one(anna: User, travel: Travel, django_assert_max_num_queries) -> None:
    pks = [make_ticket().pk for _ in range(30)]
    with transaction.atomic():
        rows = lock_many(pks)
        with django_assert_max_num_queries(12):
            assert len(move_many(rows, Status.RESOLVED, by=operator(anna))) == 30


def test_nobody_moves_a_ticket_without_its_lock(travel: Travel) -> None:
    ticket = make_ticket()
    ticket = type(ticket).objects.get(pk=ticket.pk)

    with transaction.atomic(), pytest.raises(RuntimeError, match="without its lock"):
        move(ticket, Status.RESOLVED, by=SYSTEM)


def test_only_pending_takes_a_debtor(travel: Travel) -> None:
    with transaction.atomic():
        ticket = lock(make_ticket())
        with pytest.raises(NotAllowed):
            move(ticket, Status.RESOLVED, by=SYSTEM, pending=PendingInfo("billing"))
