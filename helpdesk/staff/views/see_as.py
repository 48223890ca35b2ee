"""Seeing the desk as a colleague or a role does."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from helpdesk.staff import seeing
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.forms.see_as import SeeAsForm
from helpdesk.staff.rights import Right, StaffRequest, requires


@requires(Right.SEE_AS, everywhere=True)
def see_as(request: StaffRequest) -> HttpResponse:
    """Choose as whom. The addresses of people and roles lead here with one of them chosen."""
    asked = {name: request.GET.get(name, "") for name in ("person", "role")}
    form = SeeAsForm(request.POST or None, by=request.user, initial=asked)
    if form.is_valid():
        with refusals(form):
            seeing.begin(request, request.user, person=form.cleaned_data["person"], given=form.given())
            return redirect("home")
    return render(request, "staff/see_as.html", {"form": form, "minutes": seeing.LASTS.seconds // 60}, status=422 if form.errors else 200)


@require_POST
@requires()
def end(request: StaffRequest) -> HttpResponse:
    """Be oneself again."""
    seeing.end(request, request.user, why="asked")
    return redirect("home")
