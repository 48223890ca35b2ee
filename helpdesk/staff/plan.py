"""What pages show of shifts and absences: a week of many people, and what is planned for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import F, Q, QuerySet
from django.utils.timezone import get_current_timezone, localtime

from helpdesk.base.bounds import EARLIEST, LATEST
from helpdesk.base.clock import now
from helpdesk.staff.availability import State, availability
from helpdesk.staff.models import Absence, Shift, User
from helpdesk.staff.services.planning import people_of

WEEK = timedelta(days=7)
BACK, AHEAD = timedelta(days=14), timedelta(days=21)  # of one person's plan; what lies farther stands on the weeks' pages
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday on, in the reader's time zone."""

    monday: date

    @classmethod
    def of(cls, said: str) -> Week:
        """The week in which that day lies; this one where the address names none."""
        try:
            day = date.fromisoformat(said)
        except ValueError:
            day = localtime(now()).date()
        day = min(max(day, EARLIEST.date() + WEEK), LATEST.date() - 2 * WEEK)
        return cls(day - timedelta(days=day.weekday()))

    @property
    def days(self) -> list[date]:
        return [self.monday + timedelta(days=number) for number in range(7)]

    @property
    def before(self) -> date:
        return self.monday - WEEK

    @property
    def after(self) -> date:
        return self.monday + WEEK


@dataclass(slots=True)
class Day:
    """What somebody has on a day: the shifts that begin then, and whether they are absent."""

    day: date
    shifts: list[Shift] = field(default_factory=list)
    absence: Absence | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A person's week. `planned_here`: the reader plans it. `kinds`: the reader may know of what kind an absence is."""

    person: User
    days: list[Day]
    planned_here: bool
    kinds: bool


def lines_of(week: Week, people: Iterable[User], reader: User) -> list[Line]:
    """Those of these people whose week the reader plans, or who have something in it; three queries."""
    by_id, zone = {person.pk: person for person in people}, get_current_timezone()
    mine = set(people_of(reader).filter(pk__in=by_id).values_list("pk", flat=True))
    begin, end = (datetime.combine(day, time(), zone) for day in (week.monday, week.after))
    shifts: dict[tuple[int, date], list[Shift]] = defaultdict(list)
    for shift in Shift.objects.filter(user__in=by_id, cancelled_at=None, begins_at__gte=begin, begins_at__lt=end):
        shifts[shift.user_id, localtime(shift.begins_at).date()].append(shift)
    absences: dict[int, list[Absence]] = defaultdict(list)
    for one in Absence.objects.filter(user__in=by_id, cancelled_at=None, first_day__lt=week.after, last_day__gte=week.monday):
        absences[one.user_id].append(one)
    found = []
    for pk, person in by_id.items():
        days = [Day(day, shifts[pk, day], _on(day, absences[pk])) for day in week.days]
        if pk in mine or any(day.shifts or day.absence for day in days):
            found.append(Line(person, days, pk in mine, kinds=pk in mine or person == reader))
    return found


def _on(day: date, absences: Sequence[Absence]) -> Absence | None:
    return next((one for one in absences if one.first_day <= day <= one.last_day), None)


@dataclass(frozen=True, slots=True)
class Plan:
    """One person's shifts of two weeks ago to three weeks ahead, absences from two weeks ago on, cancelled ones among them, and how they
    stand now."""

    person: User
    state: State
    shifts: QuerySet[Shift]
    absences: QuerySet[Absence]


def plan_of(person: User) -> Plan:
    """Five queries at most."""
    at = now()
    day = at.astimezone(person.zone).date()
    not_begun = Q(cancelled_at=None) | Q(cancelled_at__gt=F("begins_at"))  # of what was cancelled beforehand nothing took place
    shifts = Shift.objects.filter(not_begun, user=person, ends_at__gt=at - BACK, begins_at__lt=at + AHEAD)
    absences = Absence.objects.filter(user=person, last_day__gte=day - BACK)
    joined = ("planned_by", "cancelled_by")
    return Plan(person, availability([person])[person.pk], shifts.select_related(*joined)[:SHOWN], absences.select_related(*joined)[:SHOWN])
