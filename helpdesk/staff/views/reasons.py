"""Reasons: the studio's lists of why something is done."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.staff.forms.reasons import ReasonForm
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.rights import Right, StaffRequest, requires
from helpdesk.staff.services.reasons import change_reason, make_reason, set_archived
from helpdesk.studio.models import Reason
from helpdesk.studio.reasons import list_named, lists

reasons_room = requires(Right.MANAGE_LIFECYCLE, everywhere=True)


@reasons_room
def reasons(request: StaffRequest) -> HttpResponse:
    rows = list(Reason.objects.select_related("game").order_by("-archived_at", "place", "name"))
    found = [(each, [row for row in rows if row.list == each.name]) for each in lists()]
    return render(request, "staff/reasons.html", {"lists": found})


@reasons_room
def new_reason(request: StaffRequest, of: str) -> HttpResponse:
    made = list_named(of)
    if made is None:
        raise Http404
    form = ReasonForm(request.POST or None, of=made)
    if form.is_valid():
        with refusals(form):
            make_reason(made, by=request.user, request=request, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("staff:reasons")
    return render(request, "staff/reason.html", {"form": form, "list": made}, status=422 if form.errors else 200)


@reasons_room
def reason(request: StaffRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Reason.objects.select_related("game"), pk=pk)
    made = list_named(shown.list)
    form = ReasonForm(request.POST or None, of=made, reason=shown)
    if form.is_valid():
        with refusals(form):
            change_reason(shown, by=request.user, request=request, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("staff:reasons")
    return render(request, "staff/reason.html", {"form": form, "list": made, "reason": shown}, status=422 if form.errors else 200)


@require_POST
@reasons_room
def archive(request: StaffRequest, pk: int) -> HttpResponse:
    """Put it aside, or take it up again: `archived` says which."""
    shown = get_object_or_404(Reason, pk=pk)
    archived = request.POST.get("archived") == "1"
    set_archived(shown, archived, by=request.user, request=request)
    messages.success(request, _("The reason is archived.") if archived else _("The reason is open again."))
    return redirect("staff:reason", pk)
