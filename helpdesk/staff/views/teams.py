"""Teams."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.base.errors import DomainError
from helpdesk.staff.forms.people import TeamForm
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.models import Team
from helpdesk.staff.rights import Right, StaffRequest, requires
from helpdesk.staff.services.teams import change_team, drop_team, make_team
from helpdesk.staff.views.review import Asked, goes_back, reviewed

staff_room = requires(Right.MANAGE_STAFF, everywhere=True)


@staff_room
def teams(request: StaffRequest) -> HttpResponse:
    return render(request, "staff/teams.html", {"teams": Team.objects.annotate(size=Count("memberships")).order_by("name", "pk")})


@staff_room
def new_team(request: StaffRequest) -> HttpResponse:
    form = TeamForm(request.POST or None)
    if form.is_valid():
        with refusals(form):
            make_team(by=request.user, request=request, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("staff:teams")
    return render(request, "staff/team.html", {"form": form}, status=422 if form.errors else 200)


@staff_room
def team(request: StaffRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Team, pk=pk)
    form = TeamForm(request.POST or None, team=shown)
    if form.is_valid() and not goes_back(request):

        def deed() -> None:
            change_team(shown, by=request.user, request=request, **form.cleaned_data)

        with refusals(form):
            return reviewed(request, Asked(shown.name, deed, _("Saved."), reverse("staff:teams")))
    return render(request, "staff/team.html", {"form": form, "team": shown}, status=422 if form.errors else 200)


@require_POST
@staff_room
def drop(request: StaffRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Team, pk=pk)
    try:
        drop_team(shown, by=request.user, request=request)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:team", pk)
    messages.success(request, _("The team is gone."))
    return redirect("staff:teams")
