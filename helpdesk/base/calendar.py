"""Arithmetic of working hours. The calendars themselves lie with the games."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS_AHEAD = 731  # a calendar with less open time than somebody asks for in two years is no calendar

Hours = Mapping[int, Collection[tuple[time, time]]]


@dataclass(frozen=True, slots=True)
class Calendar:
    """`hours` by weekday (0 = Monday) as spans of local time, `holidays` without any, all in `zone`. Empty hours: always open."""

    zone: ZoneInfo
    hours: Hours
    holidays: Collection[date] = ()

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open spans from `start` on, in UTC, in order and apart from each other, for two years."""
        day = start.astimezone(self.zone).date()
        reached = start.astimezone(UTC)
        for offset in range(-1, DAYS_AHEAD):  # a night shift of the day before may still be open
            here = day + timedelta(days=offset)
            if here in self.holidays:
                continue
            for opens, closes in sorted(self.hours.get(here.weekday(), ())):
                last = here if closes > opens else here + timedelta(days=1)
                begin, end = (datetime.combine(on, at, self.zone).astimezone(UTC) for on, at in ((here, opens), (last, closes)))
                if end > reached:  # what overlaps counts once
                    yield max(begin, reached), end
                    reached = end

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """The moment when `amount` of open time has passed since `start`."""
        if not any(self.hours.values()):
            return start + amount
        left = amount
        for begin, end in self.spans(start):
            if end - begin >= left:  # both in UTC: local subtraction forgets the change of summer time
                return (begin + left).astimezone(start.tzinfo)
            left -= end - begin
        return start + amount

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much open time lies between two moments; nothing where the second is not later."""
        if end <= start:
            return timedelta()
        if not any(self.hours.values()):
            return end - start
        open_time = timedelta()
        for begin, close in self.spans(start):
            if begin >= end:
                break
            open_time += min(close, end.astimezone(UTC)) - begin
        return open_time

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody is expected to work at this moment."""
        if not any(self.hours.values()):
            return True
        first = next(self.spans(moment), None)
        return first is not None and first[0] <= moment
