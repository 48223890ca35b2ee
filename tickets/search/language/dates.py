"""Moments and lengths of time as people type them, in the reader's time zone.

A date is the span that it names: a year (2026), a month (2026-10), a day (2026-10-01, 01.10.2026, today, yesterday, tomorrow), a minute or
a second (2026-10-01T12:30). It is asked for as such a span; after it (`>`), from its beginning (`>=`), before it (`<`), to its end (`<=`).

A length (4h, 2d, 1d12h; m, h, d, w or мин, ч, д, н) is how long ago something was: `>4h` is longer than four hours ago, `<2d` less than
two days. So `waiting:>4h` waits longer than four hours, and `created:<2d` is younger than two days. With a sign a length is a moment from
now (`-2d`, `+2d`), which is compared as dates are: `created:>-2d` is the same as `created:<2d`.

A day begins at its midnight, however long it is; days and weeks ago are counted by the calendar and the clock on the wall, hours and
minutes as they pass. What lies beyond the bounds of what rows may hold means the bound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from helpdesk.base import clock
from helpdesk.base.bounds import EARLIEST, LATEST
from helpdesk.base.folding import folded

DAYS = {
    "today": 0, "сегодня": 0, "yesterday": -1, "вчера": -1, "tomorrow": 1, "завтра": 1, "позавчера": -2, "послезавтра": 2,
}  # fmt: skip
UNITS = {
    "m": "minutes", "min": "minutes", "мин": "minutes", "h": "hours", "ч": "hours", "час": "hours",
    "d": "days", "д": "days", "дн": "days", "w": "weeks", "н": "weeks", "нед": "weeks",
}  # fmt: skip
SECONDS = {"minutes": 60, "hours": 3_600, "days": 86_400, "weeks": 604_800}
NOW = frozenset({"now", "сейчас"})

_LENGTH = re.compile(rf"([+\-−]?)((?:[0-9]{{1,9}}(?:{'|'.join(sorted(UNITS, key=len, reverse=True))})){{1,4}})")
_AMOUNT = re.compile(r"([0-9]+)([^\W\d_]+)")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_DOTTED = re.compile(r"(?:([0-9]{1,2})\.)?([0-9]{1,2})\.([0-9]{4})")

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[t ][0-9]{2}:[0-9]{2}(:[0-9]{2}(?:\.[0-9]{1,6})?)?(?:z|[+-][0-9]{2}:[0-9]{2})?")


@dataclass(frozen=True, slots=True)
class Time:
    """From `start` to before `end`, in UTC; equal where a moment is meant. `ago`: it was said how long ago that is."""

    start: datetime
    end: datetime
    ago: bool = False


def read(said: str) -> Time | None:
    """What is meant; None for what is no time, or lies in no year between 2000 and 2199."""
    said = folded(said.strip())
    if said in NOW:
        return Time(clock.now(), clock.now())
    if length := _LENGTH.fullmatch(said):
        at = _from_now(length[2], 1 if length[1] == "+" else -1)
        return Time(at, at, ago=not length[1])
    if said in DAYS:
        return _days(timezone.localdate(clock.now()) + timedelta(days=DAYS[said]), 1)
    try:
        return _date(said) or _moment(said)
    except (ValueError, OverflowError):
        return None


def is_day(time: Time) -> bool:
    """Whether it is one whole day."""
    first = timezone.localdate(time.start)
    return time == _days(first, 1)


def lasting(said: str) -> int | None:
    """Seconds of a length that says how long ago something is; None for all else."""
    length = _LENGTH.fullmatch(folded(said.strip()))
    if length is None or length[1]:
        return None
    return sum(int(number) * SECONDS[UNITS[unit]] for number, unit in _AMOUNT.findall(length[2]))


def _from_now(amounts: str, way: int) -> datetime:
    lengths = dict.fromkeys(("minutes", "hours", "days", "weeks"), 0)
    for number, unit in _AMOUNT.findall(amounts):
        lengths[UNITS[unit]] += int(number)
    try:
        wall = timezone.localtime(clock.now()) + way * timedelta(days=lengths["days"], weeks=lengths["weeks"])
        return _bounded(wall.astimezone(UTC) + way * timedelta(minutes=lengths["minutes"], hours=lengths["hours"]))
    except OverflowError:
        return LATEST if way > 0 else EARLIEST


def _date(said: str) -> Time | None:
    """A year, a month or a day."""
    if found := _DATE.fullmatch(said):
        year, month, day = found.groups()
    elif found := _DOTTED.fullmatch(said):
        day, month, year = found.groups()
    else:
        return None
    first = date(int(year), int(month or 1), int(day or 1))
    if day:
        return _days(first, 1)
    months = first.year * 12 + first.month - 1 + (1 if month else 12)
    return _days(first, (date(months // 12, months % 12 + 1, 1) - first).days)


def _days(first: date, many: int) -> Time | None:
    if not EARLIEST.year <= first.year < LATEST.year:
        return None
    return Time(_midnight(first), _midnight(first + timedelta(days=many)))


def _midnight(day: date) -> datetime:
    return _bounded(datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone()).astimezone(UTC))


def _moment(said: str) -> Time | None:
    """A minute or a second, in ISO 8601; without a time zone in the reader's."""
    if not (found := _MOMENT.fullmatch(said)):
        return None
    at = datetime.fromisoformat(said.upper())
    at = (at if at.tzinfo else timezone.make_aware(at)).astimezone(UTC)
    if not EARLIEST.year <= at.year < LATEST.year:
        return None
    return Time(_bounded(at), _bounded(at + (timedelta(seconds=1) if found[1] else timedelta(minutes=1))))


def _bounded(at: datetime) -> datetime:
    return min(max(at, EARLIEST), LATEST)
