"""Who can be reckoned with: on shift, off it, absent for days, or stepped away. One question for any number of people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from helpdesk.base.clock import now
from helpdesk.base.templatetags.ui import date_words, moment_words
from helpdesk.staff.models import Absence, Away, Shift, User

PLANNED = timedelta(days=7), timedelta(days=28)  # whoever has no shift from so long ago to so far ahead is not planned by shifts at all


@dataclass(frozen=True, slots=True)
class State:
    """How a person stands at a moment. `until`: when that is over, None where nobody knows; `last_day`: of an absence."""

    kind: Literal["here", "off", "absent", "away"] = "here"
    until: datetime | None = None
    last_day: date | None = None

    @property
    def here(self) -> bool:
        return self.kind == "here"

    def __str__(self) -> str:
        """In words that follow a name: "away until 14:00"; empty for who is here. Of an absence it says no more than how long."""
        if self.kind == "absent":
            return _("absent until %(day)s") % {"day": date_words(self.last_day)} if self.last_day else _("absent")
        words = {"off": (_("off shift until %(time)s"), _("off shift")), "away": (_("away until %(time)s"), _("away"))}
        known, unknown = words.get(self.kind, ("", ""))
        return known % {"time": moment_words(self.until)} if self.until and known else unknown


def availability(people: Iterable[User], at: datetime | None = None) -> dict[int, State]:
    """How each of these stands at a moment (now), by id; three queries, however many they are.

    An absence counts more than that somebody stepped away, and that more than the plan. Who is not planned by shifts counts as here.
    """
    at, by_id = at or now(), {person.pk: person for person in people}
    if not by_id:
        return {}
    states = dict.fromkeys(by_id, State()) | _by_shifts(by_id, at)
    away = Away.objects.filter(Q(until=None) | Q(until__gt=at), Q(ended_at=None) | Q(ended_at__gt=at), user__in=by_id, since__lte=at)
    states |= {one.user_id: State("away", one.until) for one in away}
    return states | _by_absences(by_id, at)


def _by_shifts(people: Mapping[int, User], at: datetime) -> dict[int, State]:
    before, ahead = PLANNED
    around = Shift.objects.filter(user__in=people, cancelled_at=None, ends_at__gt=at - before, begins_at__lt=at + ahead)
    planned = around.values_list("user").annotate(
        on=Count("pk", filter=Q(begins_at__lte=at, ends_at__gt=at)), coming=Min("begins_at", filter=Q(begins_at__gt=at))
    )
    return {user: State("off", coming) for user, on, coming in planned.order_by("user") if not on}


def _by_absences(people: Mapping[int, User], at: datetime) -> dict[int, State]:
    """Days are each person's own: somewhere it is still the day before or already the next one."""
    day, around = at.astimezone(UTC).date(), timedelta(days=1)
    near = Absence.objects.filter(user__in=people, cancelled_at=None, first_day__lte=day + around, last_day__gte=day - around)
    found = {}
    for one in near:
        zone = people[one.user_id].zone
        if one.first_day <= at.astimezone(zone).date() <= one.last_day:
            back = datetime.combine(one.last_day + around, time(), zone).astimezone(UTC)
            found[one.user_id] = State("absent", back, one.last_day)
    return found
