"""Timers: fired in batches, one bad ticket alone, and nothing lost with a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from helpdesk.base.claims import claim
from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import make_game, make_ticket, player_writes
from tests.tickets.deeds import answer, hours_pass, put
from tickets import timers
from tickets.actors import SYSTEM
from tickets.events import record
from tickets.events.of_tickets import TicketRenamed
from tickets.lifecycle.machine import SILENCE
from tickets.locks import lock
from tickets.models import Event, Lane, Status, Ticket, Timer

pytestmark = pytest.mark.django_db


class Bell:
    """Rings on the tickets' own history; breaks for some."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.breaks: set[int] = set()

    def __call__(self, due: Sequence[timers.Due]) -> None:
        for ticket, _timer in due:
            record(ticket, TicketRenamed(), by=SYSTEM)
            if ticket.pk in self.breaks:
                raise ValueError("a bad ticket")
        self.batches.append([ticket.pk for ticket, _timer in due])


@pytest.fixture
def bell() -> Iterator[Bell]:
    ring = Bell()
    timers.register("tests.bell", ring)
    yield ring
    del timers._kinds["tests.bell"]


@contextmanager
def kind(name: str, fire: Callable[[Sequence[timers.Due]], None], **more: bool) -> Iterator[None]:
    """A kind of timer for the length of a story."""
    timers.register(name, fire, **more)
    try:
        yield
    finally:
        del timers._kinds[name]


def armed(travel: Travel, count: int = 1, hours: float = 1) -> list[Ticket]:
    tickets = [make_ticket() for _ in range(count)]
    for ticket in tickets:
        with transaction.atomic():
            timers.arm(lock(ticket), "tests.bell", travel.moment + timedelta(hours=hours))
    return tickets


def rung(ticket: Ticket) -> int:
    return Event.objects.filter(ticket=ticket, kind="ticket.renamed").count()


def test_what_is_due_rings_once_and_is_gone(bell: Bell, travel: Travel) -> None:
    (ticket,) = armed(travel)
    hours_pass(travel, 0.9)
    assert bell.batches == []

    hours_pass(travel, 0.2)
    hours_pass(travel, 10)

    assert bell.batches == [[ticket.pk]]
    assert not Timer.objects.filter(kind="tests.bell").exists()


def test_many_ring_together(bell: Bell, travel: Travel) -> None:
    tickets = armed(travel, 12)

    hours_pass(travel, 2)

    assert [sorted(batch) for batch in bell.batches] == [[ticket.pk for ticket in tickets]]


def test_one_bad_ticket_does_not_stop_the_others(bell: Bell, travel: Travel) -> None:
    good, bad, other = armed(travel, 3)
    bell.breaks = {bad.pk}

    hours_pass(travel, 2)

    assert (rung(good), rung(bad), rung(other)) == (1, 0, 1)
    timer = Timer.objects.get(ticket=bad, kind="tests.bell")
    assert (timer.attempts, timer.due_at, timer.error) == (1, travel.moment + timedelta(minutes=5), "ValueError: a bad ticket")


def test_the_bad_one_is_tried_again_with_growing_pauses(bell: Bell, travel: Travel) -> None:
    (bad,) = armed(travel)
    bell.breaks = {bad.pk}
    hours_pass(travel, 2)
    travel.forward(minutes=5)
    timers.fire_due()
    assert Timer.objects.get(ticket=bad, kind="tests.bell").due_at == travel.moment + timedelta(minutes=10)

    bell.breaks.clear()
    hours_pass(travel, 1)

    assert rung(bad) == 1


def test_setting_it_anew_replaces_the_one_that_ran(bell: Bell, travel: Travel) -> None:
    (ticket,) = armed(travel)
    with transaction.atomic():
        timers.arm(lock(ticket), "tests.bell", travel.moment + timedelta(hours=9))

    hours_pass(travel, 8)
    assert rung(ticket) == 0

    hours_pass(travel, 2)
    assert rung(ticket) == 1


def test_a_disarmed_one_never_rings(bell: Bell, travel: Travel) -> None:
    tickets = armed(travel)

    timers.disarm(tickets, "tests.bell")
    hours_pass(travel, 2)

    assert bell.batches == []


def test_a_killed_workers_claims_lapse(bell: Bell, travel: Travel) -> None:
    (ticket,) = armed(travel)
    travel.forward(hours=2)
    assert len(claim(Timer.objects.filter(kind="tests.bell"), limit=10, lease=timers.LEASE)) == 1  # and the worker dies here

    assert timers.fire_due() == 0
    travel.forward(minutes=5)
    timers.fire_due()

    assert rung(ticket) == 1


def test_a_timer_set_anew_between_claim_and_firing_does_not_ring(bell: Bell, travel: Travel) -> None:
    (ticket,) = armed(travel)
    travel.forward(hours=2)
    pks = claim(Timer.objects.filter(kind="tests.bell"), limit=10, lease=timers.LEASE)
    with transaction.atomic():
        timers.arm(lock(ticket), "tests.bell", travel.moment + timedelta(hours=1))

    timers._fire(pks)

    assert rung(ticket) == 0
    assert Timer.objects.filter(ticket=ticket, kind="tests.bell", claimed_until=None).exists()


def test_kinds_that_no_room_serves_any_more_are_left_lying(travel: Travel) -> None:
    ticket = make_ticket()
    Timer.objects.create(ticket=ticket, kind="gone.kind", due_at=travel.moment)

    assert timers.fire_due() == 0


def test_silence_moves_many_in_the_bulk_lane_by_the_system(anna: User, travel: Travel) -> None:
    tickets = [make_ticket() for _ in range(3)]
    for ticket in tickets:
        answer(ticket, anna, travel)

    hours_pass(travel, 73, *tickets)

    assert {ticket.status for ticket in tickets} == {Status.RESOLVED}
    moved = Event.objects.filter(kind="ticket.moved", status=Status.RESOLVED)
    assert {(event.actor_kind, event.status_before) for event in moved} == {("system", "answered")}
    assert not [delivery for event in moved for delivery in event.deliveries.all() if delivery.lane != Lane.BULK]


def test_silence_over_does_nothing_while_the_player_waits(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    put(ticket, Status.RESOLVED, anna)  # by hand, without an answer

    hours_pass(travel, 1000, ticket)

    assert (ticket.status, ticket.waiting_since is not None) == (Status.RESOLVED, True)


def test_a_further_answer_begins_the_silence_anew(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    answer(ticket, anna, travel)
    hours_pass(travel, 71, ticket)

    answer(ticket, anna, travel, "One thing more.")
    hours_pass(travel, 71, ticket)
    assert ticket.status == Status.ANSWERED

    hours_pass(travel, 1, ticket)
    assert ticket.status == Status.RESOLVED


def test_the_player_stops_the_silence(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    answer(ticket, anna, travel)

    player_writes(ticket)

    assert not Timer.objects.filter(ticket=ticket, kind=SILENCE).exists()


def test_a_worker_that_slept_for_a_month_moves_one_step_at_a_time(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    answer(ticket, anna, travel)

    hours_pass(travel, 24 * 30, ticket)
    assert ticket.status == Status.RESOLVED

    hours_pass(travel, 96, ticket)
    assert ticket.status == Status.CLOSED


def test_several_of_one_kind_run_side_by_side_and_each_is_set_and_stopped_by_its_reference(travel: Travel) -> None:
    fired: list[int] = []
    with kind("tests.due", lambda due: fired.extend(timer.ref for _ticket, timer in due)):
        with transaction.atomic():
            ticket = lock(make_ticket())
            for ref in (1, 2, 3, 0):
                timers.arm(ticket, "tests.due", travel.moment + timedelta(minutes=1), ref=ref)
            timers.arm(ticket, "tests.due", travel.moment + timedelta(hours=5), ref=2)
            timers.disarm([ticket], "tests.due", ref=3)
        travel.forward(minutes=2)
        timers.fire_due()

    assert sorted(fired) == [0, 1]
    assert [timer.ref for timer in Timer.objects.filter(ticket=ticket).alias(kind_name=Timer.NAME).filter(kind_name="tests.due")] == [2]


def test_business_time_passes_in_the_games_support_hours_alone(travel: Travel, anna: User) -> None:
    game = make_game()
    game.timezone, game.hours = "UTC", {str(day): [["09:00", "17:00"]] for day in range(5)}
    game.save()
    monday = travel.forward(hours=7)  # 16:00
    fired: list[str] = []
    with kind("tests.sla", lambda due: fired.extend(ticket.number for ticket, _timer in due), freezes=True, business=True):
        ticket = make_ticket(game=game)
        with transaction.atomic():
            due = timers.due_after(lock(ticket), "tests.sla", timedelta(hours=3), monday)
            timers.arm(lock(ticket), "tests.sla", due)
        assert due == datetime(2026, 10, 6, 11, 0, tzinfo=UTC)  # one hour of Monday, two of Tuesday

        put(ticket, Status.IN_PROGRESS, anna)
        assert Timer.objects.get(ticket=ticket, kind="tests.sla").left == timedelta(hours=3)
        travel.forward(days=4, minutes=30)  # Friday, 16:30
        put(ticket, Status.WAITING, anna)
        assert Timer.objects.get(ticket=ticket, kind="tests.sla").due_at == datetime(2026, 10, 12, 11, 30, tzinfo=UTC)
        travel.forward(days=2, hours=19, minutes=1)
        timers.fire_due()

    assert fired == [ticket.number]
