"""The clock that may travel, and rows that two workers never take both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from helpdesk.base import clock
from helpdesk.base.claims import claim
from tests.conftest import Travel
from tests.factories.desk import make_ticket
from tickets.models import Timer

pytestmark = pytest.mark.django_db


def test_the_present_is_aware_and_in_utc() -> None:
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.now().tzinfo is UTC


def test_journeys_nest_and_end_also_when_something_breaks() -> None:
    there, further = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    with clock.travel(there):
        with pytest.raises(ZeroDivisionError), clock.travel(further):
            assert clock.now() == further
            raise ZeroDivisionError
        assert clock.now() == there
    assert clock.now().year != 2027 or datetime.now(UTC).year == 2027


def test_a_journey_is_told_in_utc_and_needs_a_zone() -> None:
    with clock.travel(datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))):
        assert (clock.now().hour, clock.now().tzinfo) == (10, UTC)
    with pytest.raises(ValueError, match="aware"), clock.travel(datetime(2026, 1, 1)):
        pass


@pytest.fixture
def three(travel: Travel) -> list[int]:
    return [Timer.objects.create(ticket=make_ticket(), kind="x", due_at=travel.moment + timedelta(hours=n)).pk for n in (3, 1, 2)]


def due() -> list[int]:
    return claim(Timer.objects.filter(kind="x").order_by("due_at"), limit=2, lease=timedelta(minutes=5))


def test_a_claim_takes_the_first_so_many_in_order(three: list[int]) -> None:
    assert due() == [three[1], three[2]]


def test_what_is_claimed_is_passed_over_until_the_lease_is_over(three: list[int], travel: Travel) -> None:
    due()
    assert due() == [three[0]]
    assert due() == []

    travel.forward(minutes=5)
    assert due() == [three[1], three[2]]
