"""Who works when: the weeks, one person's plan, and stepping away."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from helpdesk.base.errors import DomainError
from helpdesk.base.templatetags.ui import moment_words
from helpdesk.staff.forms.plan import AbsenceForm, AwayForm, ShiftForm, WeekForm
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.models import Absence, Shift, User
from helpdesk.staff.plan import lines_of, plan_of
from helpdesk.staff.rights import Right, StaffRequest, requires
from helpdesk.staff.services import away as away_services
from helpdesk.staff.services import planning
from helpdesk.staff.services.planning import Planned, people_of
from helpdesk.staff.views.account import back_or_home

PLANS = (Right.PLAN_SHIFTS, Right.MANAGE_STAFF)
NAMED = 5  # so many of what was left out are named


@requires(Right.VIEW, *PLANS)
@require_GET
def shifts(request: StaffRequest) -> HttpResponse:
    """A week: its people, their shifts and absences."""
    return _week_page(request, WeekForm(request.GET))


@require_POST
@requires(*PLANS)
def add_shifts(request: StaffRequest) -> HttpResponse:
    """Somebody works these hours on these days."""
    shown = WeekForm(request.POST)
    form = ShiftForm(request.POST, week=shown.chosen()[0], planner=request.user)
    if form.is_valid():
        with refusals(form):
            _say(request, planning.plan_shifts(form.spans(), by=request.user, request=request))
            return _to_week(shown)
    return _week_page(request, shown, form)


@require_POST
@requires(*PLANS)
def copy_week(request: StaffRequest) -> HttpResponse:
    """The week on screen becomes like the one before, for those on screen whose time this person plans."""
    shown = WeekForm(request.POST)
    week, team = shown.chosen()
    people = people_of(request.user).filter(Q(pk__in=team.members.all()) if team else Q(), is_active=True)
    try:
        _say(request, planning.copy_week(people, week.monday, by=request.user, request=request))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return _to_week(shown)


@require_POST
@requires(*PLANS)
def cancel_shift(request: StaffRequest, pk: int) -> HttpResponse:
    """It does not take place."""
    shift = get_object_or_404(Shift.objects.filter(user__in=people_of(request.user)), pk=pk)
    try:
        planning.cancel_shift(shift, by=request.user, request=request)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The shift is cancelled."))
    return _to_week(WeekForm(request.POST)) if "week" in request.POST else redirect("staff:plan", shift.user_id)


@requires()
@require_GET
def plan(request: StaffRequest, pk: int) -> HttpResponse:
    """One person's plan: for whoever plans it, and for the person."""
    return _plan_page(request, _planned(request, pk, own=True))


@require_POST
@requires(*PLANS)
def add_absence(request: StaffRequest, pk: int) -> HttpResponse:
    """Days on which this person cannot work."""
    person = _planned(request, pk)
    form = AbsenceForm(request.POST)
    if form.is_valid():
        with refusals(form):
            planning.plan_absence(person, by=request.user, request=request, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("staff:plan", pk)
    return _plan_page(request, person, form)


@require_POST
@requires(*PLANS)
def cancel_absence(request: StaffRequest, pk: int) -> HttpResponse:
    """The person comes to work after all."""
    absence = get_object_or_404(Absence.objects.filter(user__in=people_of(request.user)), pk=pk)
    try:
        planning.cancel_absence(absence, by=request.user, request=request)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The absence is cancelled."))
    return redirect("staff:plan", absence.user_id)


@require_POST
@requires()
def away(request: StaffRequest) -> HttpResponse:
    """The person's own switch; back to where one was."""
    if request.POST.get("do") == "back":
        away_services.come_back(request.user, request=request)
        messages.success(request, _("You are here again."))
        return back_or_home(request)
    form = AwayForm(request.POST)
    if form.is_valid():
        with refusals(form):
            span = away_services.go_away(request.user, until=form.end(), request=request)
            until = (
                _("You are away until %(time)s.") % {"time": moment_words(span.until)} if span.until else _("You are away till you return.")
            )
            messages.success(request, until)
    for errors in form.errors.values():
        messages.error(request, " ".join(map(str, errors)))
    return back_or_home(request)


def _planned(request: StaffRequest, pk: int, *, own: bool = False) -> User:
    """The person whose time the reader plans; with `own` the reader too."""
    person = get_object_or_404(User, pk=pk)
    if not (own and person == request.user) and not people_of(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return person


def _week_page(request: StaffRequest, shown: WeekForm, form: ShiftForm | None = None) -> HttpResponse:
    week, team = shown.chosen()
    people = (team.members.all() if team else User.objects.all()).filter(is_active=True)
    lines = lines_of(week, people, request.user)
    plans = any(line.planned_here for line in lines)
    context: dict[str, Any] = {
        "week": week,
        "team": team,
        "shown": WeekForm(initial={"team": team, "week": week.monday.isoformat()}),
        "lines": lines,
        "form": form or (ShiftForm(week=week, planner=request.user) if plans else None),
    }
    return render(request, "staff/shifts.html", context, status=422 if form else 200)


def _plan_page(request: StaffRequest, person: User, form: AbsenceForm | None = None) -> HttpResponse:
    context = {
        "plan": plan_of(person),
        "plans": people_of(request.user).filter(pk=person.pk).exists(),
        "absence_form": form or AbsenceForm(),
    }
    return render(request, "staff/plan.html", context, status=422 if form else 200)


def _to_week(shown: WeekForm) -> HttpResponse:
    week, team = shown.chosen()
    asked = {"week": week.monday.isoformat()} | ({"team": str(team.pk)} if team else {})
    return HttpResponseRedirect(f"{reverse('staff:shifts')}?{urlencode(asked)}")


def _say(request: StaffRequest, planned: Planned) -> None:
    """What was planned, and what was not since somebody works then already."""
    count = len(planned.made)
    messages.success(request, ngettext("%(n)s shift is planned.", "%(n)s shifts are planned.", count) % {"n": count})
    if planned.left_out:
        names = [f"{span.user.name}, {moment_words(span.begins_at)}" for span in planned.left_out[:NAMED]]
        names += ["…"] if len(planned.left_out) > NAMED else []
        words = ngettext(
            "%(n)s is left out, for there is another shift at that time: %(names)s",
            "%(n)s are left out, for there is another shift at that time: %(names)s",
            len(planned.left_out),
        )
        messages.warning(request, words % {"n": len(planned.left_out), "names": "; ".join(names)})
