"""Shifts and absences are planned. What was planned is never rewritten: it is cancelled, and another row says what holds instead."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.audit.services import note_audit
from helpdesk.base.clock import now
from helpdesk.base.errors import Conflict, DomainError, NotAllowed
from helpdesk.staff.models import Absence, Membership, Shift, User
from helpdesk.staff.models.hours import LONGEST_SHIFT
from helpdesk.staff.rights import Part, Right, has_everywhere, scope_for

FARTHEST = timedelta(days=366)  # from today, either way
AT_ONCE = 500  # shifts
NOT_PLANNED = gettext_lazy("This is not planned any more.")
TOO_FAR = gettext_lazy("That is more than a year from today.")


@dataclass(frozen=True, slots=True)
class Span:
    """A shift that is wanted."""

    user: User
    begins_at: datetime
    ends_at: datetime


@dataclass(slots=True)
class Planned:
    """What came of planning shifts. `left_out`: those for which the person has another one at that time."""

    made: list[Shift] = field(default_factory=list)
    left_out: list[Span] = field(default_factory=list)


def people_of(planner: User) -> QuerySet[User]:
    """Whose time this person plans: everybody's who looks after the people or holds the right everywhere, else that of their teams."""
    scope = scope_for(planner, Right.PLAN_SHIFTS)
    if scope.everything or has_everywhere(planner, Right.MANAGE_STAFF):
        return User.objects.all()
    teams = [part.team_id for part in scope.parts if part.team_id and part == Part(team_id=part.team_id)]
    return User.objects.filter(pk__in=Membership.objects.filter(team__in=teams).values("user"))


@transaction.atomic
def plan_shifts(wanted: Sequence[Span], *, by: User, request: HttpRequest | None = None) -> Planned:
    """Each of them that does not overlap another one of the same person. DomainError where one is no shift at all."""
    for span in wanted:
        _demand_shift(span)
    if len(wanted) > AT_ONCE:
        raise DomainError(_("At most %(count)s shifts are planned at once.") % {"count": AT_ONCE})
    _lock({span.user.pk for span in wanted}, by)
    planned, at = Planned(), now()
    for span in wanted:
        if Shift.objects.filter(user=span.user, cancelled_at=None, begins_at__lt=span.ends_at, ends_at__gt=span.begins_at).exists():
            planned.left_out.append(span)
        else:
            facts = {"begins_at": span.begins_at, "ends_at": span.ends_at, "planned_at": at, "planned_by": by}
            planned.made.append(Shift.objects.create(user=span.user, **facts))
    if planned.made:
        people, count = sorted({shift.user_id for shift in planned.made}), len(planned.made)
        begins, ends = min(shift.begins_at for shift in planned.made), max(shift.ends_at for shift in planned.made)
        note_audit("staff.shifts_planned", by=by, request=request, people=people, count=count, begins=begins, ends=ends)
    return planned


def copy_week(people: Collection[User], monday: date, *, by: User, request: HttpRequest | None = None) -> Planned:
    """The week that begins on this day gets the shifts of the week before, at the same hours of the planner's clock."""
    since, zone, week = monday - timedelta(days=7), get_current_timezone(), timedelta(days=7)
    by_id = {person.pk: person for person in people}
    begin, end = (datetime.combine(day, time(), zone) for day in (since, monday))
    before = Shift.objects.filter(user__in=by_id, cancelled_at=None, begins_at__gte=begin, begins_at__lt=end)
    wanted = [Span(by_id[one.user_id], *(at.astimezone(zone) + week for at in (one.begins_at, one.ends_at))) for one in before]
    if not wanted:
        raise DomainError(_("Nobody of them has a shift in the week before."))
    return plan_shifts(wanted, by=by, request=request)


@transaction.atomic
def cancel_shift(shift: Shift, *, by: User, request: HttpRequest | None = None) -> None:
    """It does not take place. Of one that has begun, what has passed stays planned."""
    _lock({shift.user_id}, by)
    at, kept = now(), Shift.objects.get(pk=shift.pk)
    _cancel(kept, by, at)
    if kept.begins_at < at < kept.ends_at:
        Shift.objects.create(user=kept.user, begins_at=kept.begins_at, ends_at=at, planned_at=at, planned_by=by)
    note_audit(
        "staff.shift_cancelled", by=by, subject=("staff.user", kept.user_id), request=request,
        shift=kept.pk, begins=kept.begins_at, ends=kept.ends_at,
    )  # fmt: skip


@transaction.atomic
def plan_absence(
    user: User, *, kind: Absence.Kind, first_day: date, last_day: date, by: User, request: HttpRequest | None = None
) -> Absence:
    """Both days included. DomainError where one of them is entered as absent already, or too far away."""
    today = now().astimezone(user.zone).date()
    if last_day < first_day:
        raise DomainError(_("The last day lies before the first one."), field="last_day")
    for name, day in (("first_day", first_day), ("last_day", last_day)):
        if abs(day - today) > FARTHEST:
            raise DomainError(TOO_FAR, field=name)
    _lock({user.pk}, by)
    if Absence.objects.filter(user=user, cancelled_at=None, first_day__lte=last_day, last_day__gte=first_day).exists():
        raise DomainError(_("%(name)s is entered as absent on one of these days already.") % {"name": user.name}, field="first_day")
    absence = Absence.objects.create(user=user, kind=kind, first_day=first_day, last_day=last_day, planned_at=now(), planned_by=by)
    _tell_absence("staff.absence_planned", absence, by, request)
    return absence


@transaction.atomic
def cancel_absence(absence: Absence, *, by: User, request: HttpRequest | None = None) -> None:
    """The person comes to work after all. Of one that has begun, the days before today stay entered."""
    _lock({absence.user_id}, by)
    at, kept = now(), Absence.objects.select_related("user").get(pk=absence.pk)
    _cancel(kept, by, at)
    yesterday = at.astimezone(kept.user.zone).date() - timedelta(days=1)
    if kept.first_day <= yesterday < kept.last_day:
        facts = {"kind": kept.kind, "first_day": kept.first_day, "last_day": yesterday}
        Absence.objects.create(user=kept.user, planned_at=at, planned_by=by, **facts)
    _tell_absence("staff.absence_cancelled", kept, by, request)


def _demand_shift(span: Span) -> None:
    if not timedelta() < span.ends_at - span.begins_at <= LONGEST_SHIFT:
        raise DomainError(_("A shift ends after it begins, at most 24 hours later."), field="ends")
    if abs(span.begins_at - now()) > FARTHEST:
        raise DomainError(TOO_FAR, field="week")


def _lock(ids: Collection[int], by: User) -> None:
    """Whoever plans for these people too waits. NotAllowed unless `by` plans for all of them."""
    if len(people_of(by).select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk")) < len(ids):
        raise NotAllowed(_("Not everybody's time among them is yours to plan."))


def _cancel(row: Shift | Absence, by: User, at: datetime) -> None:
    """A row of a person who is locked. Conflict when somebody was first."""
    if row.cancelled_at is not None:
        raise Conflict(NOT_PLANNED)
    row.cancelled_at, row.cancelled_by = at, by
    row.save(update_fields=["cancelled_at", "cancelled_by"])


def _tell_absence(action: str, absence: Absence, by: User, request: HttpRequest | None) -> None:
    """Not of which kind it is: the audit has more readers than the plan."""
    note_audit(
        action, by=by, subject=("staff.user", absence.user_id), request=request,
        absence=absence.pk, first_day=absence.first_day, last_day=absence.last_day,
    )  # fmt: skip
