"""Roles: which rights they carry."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.base.errors import DomainError
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.forms.roles import RoleForm
from helpdesk.staff.models import Role, User
from helpdesk.staff.rights import Right, StaffRequest, registered, requires
from helpdesk.staff.services import keepers
from helpdesk.staff.services.roles import change_role, drop_role, make_role

key_room = requires(Right.MANAGE_ROLES, everywhere=True)


@key_room
def roles(request: StaffRequest) -> HttpResponse:
    listed = Role.objects.annotate(held=Count("grants__user", distinct=True))
    every = set(registered())
    counted = [(role, len(every.intersection(role.rights)), len(set(role.rights) - every)) for role in listed]
    return render(request, "staff/roles.html", {"roles": counted, "of": len(every)})


@key_room
def new_role(request: StaffRequest) -> HttpResponse:
    form = RoleForm(request.POST or None)
    if form.is_valid():
        with refusals(form):
            facts = form.cleaned_data
            make_role(
                name=facts["name"],
                rights=form.chosen_rights(),
                requires_second_factor=facts["requires_second_factor"],
                by=request.user,
                request=request,
            )
            messages.success(request, _("Saved."))
            return redirect("staff:roles")
    return render(request, "staff/role.html", {"form": form}, status=422 if form.errors else 200)


@key_room
def role(request: StaffRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Role, pk=pk)
    form = RoleForm(request.POST or None, role=shown)
    if form.is_valid():
        facts = form.cleaned_data
        with refusals(form):
            try:
                change_role(
                    shown,
                    name=facts["name"],
                    rights=form.chosen_rights(),
                    requires_second_factor=facts["requires_second_factor"],
                    sure=facts["sure"],
                    by=request.user,
                    request=request,
                )
            except keepers.WouldLockOut:
                form.ask_to_be_sure()
                raise
            messages.success(request, _("Saved."))
            return redirect("staff:roles")
    holders = User.objects.filter(grants__role=shown).distinct()
    return render(request, "staff/role.html", {"form": form, "role": shown, "holders": holders}, status=422 if form.errors else 200)


@require_POST
@key_room
def drop(request: StaffRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Role, pk=pk)
    try:
        drop_role(shown, by=request.user, request=request)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("staff:role", pk)
    messages.success(request, _("The role is gone."))
    return redirect("staff:roles")
