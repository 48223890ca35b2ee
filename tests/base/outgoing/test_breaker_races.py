"""All processes know of the same absence: many who come at the same moment send one to look."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from helpdesk.base import clock, outgoing
from helpdesk.base.models import OutgoingCall, OutgoingService
from helpdesk.base.outgoing import Resting, Unreachable
from tests.base.outgoing.stranger import Stranger, said
from tests.tickets.deeds import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 12


def away(other: Stranger) -> None:
    """It has failed for some minutes, and may be looked for now."""
    then = clock.now() - timedelta(minutes=3)
    OutgoingService.objects.create(name="stranger", away_since=then, failed_at=then, next_try_at=clock.now(), reason="error 503")


def test_one_of_many_looks_and_the_others_stay_away(other: Stranger) -> None:
    away(other)
    other.answer = lambda path: [said("503 Busy")]

    results = at_once(*[lambda: other.service().call("GET", other.url)] * MANY)

    assert len(other.heard) == 1
    assert sum(isinstance(result, Resting) for result in results) == MANY - 1
    row = OutgoingService.objects.get()
    assert row.next_try_at and row.next_try_at > clock.now() + timedelta(seconds=20)


def test_when_it_is_back_everybody_calls_again(other: Stranger) -> None:
    away(other)
    at_once(*[lambda: other.service().call("GET", other.url)] * MANY)

    results = at_once(*[lambda: other.service().call("GET", other.url)] * MANY)

    assert [result.status for result in results] == [200] * MANY


def test_many_that_fail_at_the_same_moment_are_more_than_one(other: Stranger) -> None:
    """Each finds it away, and none takes the others' word for its own; who comes a little later stays at home already."""
    other.answer = lambda path: [b""]

    results = at_once(*[lambda: other.service().call("GET", other.url)] * MANY)

    assert list(outgoing.breaker.away()) == ["stranger"]
    late = sum(isinstance(result, Resting) for result in results)
    assert OutgoingCall.objects.count() == len(other.heard) == MANY - late


def test_who_looks_and_dies_holds_the_others_up_for_a_minute(other: Stranger) -> None:
    away(other)
    assert outgoing.breaker.may_try("stranger", "who is killed then")
    with pytest.raises(Resting):
        other.service().call("GET", other.url)

    with clock.travel(clock.now() + timedelta(seconds=61)), suppress(Unreachable):
        other.service().call("GET", other.url)

    assert len(other.heard) == 1
