"""In progress and pending stop the life cycle: nothing closes such a ticket, and what freezes keeps the time it had left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from django.db import transaction

from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import make_ticket
from tests.tickets.deeds import answer, hours_pass, put
from tickets import timers
from tickets.locks import lock
from tickets.models import Status, Ticket, Timer

pytestmark = pytest.mark.django_db
HOLDS = [Status.IN_PROGRESS, Status.PENDING]


@pytest.fixture
def rung() -> Iterator[list[int]]:
    """A freezing kind of timer that notes whom it rang."""
    heard: list[int] = []

    def ring(due: Sequence[timers.Due]) -> None:
        heard.extend(ticket.pk for ticket, _timer in due)

    timers.register("tests.bell", ring, freezes=True)
    yield heard
    del timers._kinds["tests.bell"]


def arm_bell(ticket: Ticket, travel: Travel, hours: float) -> None:
    with transaction.atomic():
        timers.arm(lock(ticket), "tests.bell", travel.moment + timedelta(hours=hours))


@pytest.mark.parametrize("hold", HOLDS)
def test_a_ticket_on_hold_never_closes_itself(hold: Status, anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    answer(ticket, anna, travel)

    put(ticket, hold, anna)
    hours_pass(travel, 10_000, ticket)

    assert ticket.status == hold


@pytest.mark.parametrize("hold", HOLDS)
def test_leaving_the_hold_starts_the_silence_anew(hold: Status, anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    answer(ticket, anna, travel)
    hours_pass(travel, 70, ticket)
    put(ticket, hold, anna)
    hours_pass(travel, 500, ticket)

    put(ticket, Status.ANSWERED, anna)
    hours_pass(travel, 71, ticket)
    assert ticket.status == Status.ANSWERED

    hours_pass(travel, 1, ticket)
    assert ticket.status == Status.RESOLVED


def test_a_reply_on_hold_leaves_the_hold_alone(anna: User, travel: Travel) -> None:
    ticket = put(make_ticket(), Status.IN_PROGRESS, anna)

    answer(ticket, anna, travel)
    hours_pass(travel, 10_000, ticket)

    assert (ticket.status, ticket.waiting_since) == (Status.IN_PROGRESS, None)


def test_a_freezing_timer_keeps_what_was_left(rung: list[int], anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    arm_bell(ticket, travel, 10)
    hours_pass(travel, 4, ticket)

    put(ticket, Status.PENDING, anna)
    hours_pass(travel, 100, ticket)
    assert rung == []
    put(ticket, Status.WAITING, anna)

    hours_pass(travel, 5.9, ticket)
    assert rung == []
    hours_pass(travel, 0.2, ticket)
    assert rung == [ticket.pk]


def test_from_one_hold_to_the_other_nothing_thaws(rung: list[int], anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    arm_bell(ticket, travel, 10)

    put(ticket, Status.PENDING, anna)
    put(ticket, Status.IN_PROGRESS, anna)
    hours_pass(travel, 100, ticket)

    assert rung == []
    assert Timer.objects.get(ticket=ticket).left == timedelta(hours=10)


def test_a_freezing_timer_set_on_hold_stands_still_from_the_start(rung: list[int], anna: User, travel: Travel) -> None:
    ticket = put(make_ticket(), Status.PENDING, anna)
    arm_bell(ticket, travel, 3)
    hours_pass(travel, 50, ticket)

    put(ticket, Status.WAITING, anna)
    hours_pass(travel, 2.9, ticket)
    assert rung == []

    hours_pass(travel, 0.2, ticket)
    assert rung == [ticket.pk]


def test_a_timer_that_was_already_due_rings_when_the_hold_ends(rung: list[int], anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    arm_bell(ticket, travel, 1)
    travel.forward(hours=2)  # no worker ran

    put(ticket, Status.IN_PROGRESS, anna)
    hours_pass(travel, 1, ticket)
    assert rung == []

    put(ticket, Status.WAITING, anna)
    hours_pass(travel, 0, ticket)
    assert rung == [ticket.pk]
