"""Working hours: nights, holidays, changes of summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.base.calendar import Calendar

PRAGUE = ZoneInfo("Europe/Prague")
OFFICE = Calendar(PRAGUE, {day: [(time(9), time(18))] for day in range(5)}, holidays=frozenset({date(2026, 10, 28)}))
ALWAYS = Calendar(PRAGUE, {})
NIGHT = Calendar(PRAGUE, {day: [(time(22), time(6))] for day in range(7)})
ROUND = Calendar(PRAGUE, {day: [(time(0), time(0))] for day in range(7)})


def at(text: str, zone: ZoneInfo = PRAGUE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-10-05T10:00", 2, "2026-10-05T12:00"),
        ("2026-10-05T17:00", 2, "2026-10-06T10:00"),  # over the night
        ("2026-10-09T17:00", 2, "2026-10-12T10:00"),  # over the weekend
        ("2026-10-27T17:00", 2, "2026-10-29T10:00"),  # over a holiday
        ("2026-10-05T03:00", 1, "2026-10-05T10:00"),  # from the opening on
        ("2026-10-05T09:00", 9, "2026-10-05T18:00"),  # to the very end of the day
    ],
)
def test_only_open_time_counts(start: str, hours: int, due: str) -> None:
    assert OFFICE.add(at(start), timedelta(hours=hours)) == at(due)


def test_without_hours_all_time_counts() -> None:
    assert ALWAYS.add(at("2026-10-05T10:00"), timedelta(hours=30)) == at("2026-10-06T16:00")
    assert ALWAYS.is_open(at("2026-12-24T03:00"))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [("2026-10-05T23:00", True), ("2026-10-06T02:00", True), ("2026-10-06T06:00", False), ("2026-10-06T12:00", False)],
)
def test_a_night_shift_lasts_into_the_next_day(moment: str, is_open: bool) -> None:
    assert NIGHT.is_open(at(moment)) is is_open


def test_time_added_within_a_night_shift_counts_from_that_shift() -> None:
    assert NIGHT.add(at("2026-10-06T02:00"), timedelta(hours=5)) == at("2026-10-06T23:00")


def test_hours_that_overlap_count_once() -> None:
    doubled = Calendar(PRAGUE, {0: [(time(9), time(13)), (time(12), time(18))]})

    assert doubled.add(at("2026-10-05T09:00"), timedelta(hours=5)) == at("2026-10-05T14:00")


def test_the_hour_that_is_skipped_in_spring_is_no_working_time() -> None:
    start = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)  # midnight there; at two o'clock it becomes three

    assert ROUND.add(start, timedelta(hours=4)).astimezone(PRAGUE) == at("2026-03-29T05:00")
    assert NIGHT.add(at("2026-03-28T22:00"), timedelta(hours=7)) == at("2026-03-29T06:00")  # a shift of seven hours


def test_the_hour_that_comes_twice_in_autumn_counts_twice() -> None:
    assert NIGHT.add(at("2026-10-24T22:00"), timedelta(hours=9)) == at("2026-10-25T06:00")  # a shift of nine hours


def test_a_calendar_that_is_never_open_does_not_count_for_ever() -> None:
    closed = Calendar(PRAGUE, {0: [(time(9), time(10))]}, holidays=frozenset(date(2026, 1, 5) + timedelta(weeks=n) for n in range(300)))
    start = at("2026-10-05T10:00")

    assert closed.add(start, timedelta(hours=1)) == start + timedelta(hours=1)
    assert not closed.is_open(start)


ZONES = st.sampled_from([ZoneInfo(name) for name in ("Europe/Prague", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")])
TIMES = st.times().map(lambda moment: moment.replace(second=0, microsecond=0, tzinfo=None))


def real_work(hours: dict[int, list[tuple[time, time]]]) -> bool:
    """Always open, or one shift of three hours at least, so that two years suffice for what is asked below."""
    spans = [span for day in hours.values() for span in day]
    shifts = [(closes.hour * 60 + closes.minute - opens.hour * 60 - opens.minute) % 1440 for opens, closes in spans]
    return not shifts or max(shifts) >= 180


HOURS = st.dictionaries(st.integers(0, 6), st.lists(st.tuples(TIMES, TIMES), min_size=1, max_size=3), max_size=7).filter(real_work)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
AMOUNTS = st.timedeltas(timedelta(seconds=1), timedelta(hours=60))


@given(ZONES, HOURS, MOMENTS)
def test_open_spans_are_in_order_apart_and_never_before_the_start(zone: ZoneInfo, hours: dict, start: datetime) -> None:
    reached = start
    for number, (begin, end) in enumerate(Calendar(zone, hours).spans(start)):
        assert reached <= begin < end
        reached = end
        if number > 20:
            break


@given(ZONES, HOURS, MOMENTS, AMOUNTS, AMOUNTS)
def test_waiting_twice_is_waiting_once_for_both(zone: ZoneInfo, hours: dict, start: datetime, first: timedelta, second: timedelta) -> None:
    calendar = Calendar(zone, hours)

    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)


@given(ZONES, HOURS, MOMENTS, AMOUNTS)
def test_exactly_the_amount_of_open_time_passes(zone: ZoneInfo, hours: dict, start: datetime, amount: timedelta) -> None:
    calendar = Calendar(zone, hours)
    due = calendar.add(start, amount)
    if not any(hours.values()):
        assert due - start == amount
        return

    before = takewhile(lambda span: span[0] < due, calendar.spans(start))
    passed = sum((min(end, due) - begin for begin, end in before), timedelta())

    assert passed == amount


@given(start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), minutes=st.integers(0, 20_000))
def test_what_is_added_lies_between(start: datetime, minutes: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    calendar = Calendar(zone, {day: [(time(9), time(17, 30))] for day in range(5)}, {date(2026, 12, 25)})
    begin = start.replace(tzinfo=UTC)

    assert calendar.between(begin, calendar.add(begin, timedelta(minutes=minutes))) == timedelta(minutes=minutes)


def test_between_is_nothing_backwards_and_the_clock_itself_where_it_is_always_open() -> None:
    one, other = datetime(2026, 10, 5, tzinfo=UTC), datetime(2026, 10, 7, tzinfo=UTC)

    assert Calendar(ZoneInfo("UTC"), {}).between(one, other) == timedelta(days=2)
    assert Calendar(ZoneInfo("UTC"), {}).between(other, one) == timedelta()
