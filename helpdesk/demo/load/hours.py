"""The crew's hours: two work by shifts over the demo's weeks, one is on holiday, one has just stepped away."""

from __future__ import annotations

from datetime import datetime, timedelta

from helpdesk.base import clock
from helpdesk.demo.load.studio import Studio
from helpdesk.staff.models import Absence
from helpdesk.staff.services.away import go_away
from helpdesk.staff.services.planning import Span, plan_absence, plan_shifts

SHIFTS = {"pavel": (range(5), 8), "mei": (range(1, 6), 12)}  # on which weekdays, from which hour of their own day
LASTS = timedelta(hours=8)
WEEKS_AHEAD = 2


def plan(studio: Studio, *, since: datetime, until: datetime) -> None:
    """What is planned when the two months begin, and a little before their end. The clock may stand anywhere."""
    boss = studio.users["marta"]
    wanted = []
    for key, (weekdays, hour) in SHIFTS.items():
        user = studio.users[key]
        first = since.astimezone(user.zone).replace(hour=hour, minute=0, second=0, microsecond=0)
        days = [first + timedelta(days=number) for number in range((until - since).days + 7 * WEEKS_AHEAD)]
        wanted += [Span(user, day, day + LASTS) for day in days if day.weekday() in weekdays]
    with clock.travel(since):
        plan_shifts(wanted, by=boss)
    with clock.travel(until - timedelta(days=10)):
        day = clock.now().date()
        begins, ends = day + timedelta(days=8), day + timedelta(days=16)
        plan_absence(studio.users["jonas"], kind=Absence.Kind.HOLIDAY, first_day=begins, last_day=ends, by=boss)
    with clock.travel(until - timedelta(minutes=20)):
        go_away(studio.users["lena"], until=until + timedelta(hours=6))
