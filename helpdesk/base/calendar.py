"""Arithmetic of working hours. The calendars themselves lie with the games."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Hours = Mapping[int, Collection[tuple[time, time]]]


@dataclass(frozen=True, slots=True)
class Calendar:
    """`hours` by weekday (0 = Monday) as spans of local time, `holidays` without any, all in `zone`. Empty hours: always open."""

    zone: ZoneInfo
    hours: Hours
    holidays: Collection[date] = ()

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open spans from `start` on, in order, for two years."""
        day = start.astimezone(self.zone).date()
        for offset in range(731):
            here = day + timedelta(days=offset)
            if here in self.holidays:
                continue
            for opens, closes in sorted(self.hours.get(here.weekday(), ())):
                begin = datetime.combine(here, opens, self.zone)
                end = datetime.combine(here, closes, self.zone) if closes > opens else datetime.combine(here + timedelta(days=1), closes, self.zone)
                if end > start:
                    yield max(begin, start), end

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """The moment when `amount` of open time has passed since `start`."""
        if not any(self.hours.values()):
            return start + amount
        left = amount
        for begin, end in self.spans(start):
            length = end.timestamp() - begin.timestamp()  # real seconds: local subtraction forgets the change of summer time
            if length >= left.total_seconds():
                return datetime.fromtimestamp(begin.timestamp() + left.total_seconds(), start.tzinfo)
            left -= timedelta(seconds=length)
        return start + amount

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody is expected to work at this moment."""
        if not any(self.hours.values()):
            return True
        first = next(self.spans(moment), None)
        return first is not None and first[0] <= moment
