"""Roles: the matrix of all of them, and one by one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.base.errors import DomainError
from helpdesk.staff.forms.matrix import KINDS, as_fields, changed_cells, matrix
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.forms.roles import RoleForm
from helpdesk.staff.models import Role, User
from helpdesk.staff.rights import Right, StaffRequest, requires
from helpdesk.staff.services.roles import DO, change_role, change_roles, drop_role, make_role
from helpdesk.staff.views.review import Asked, goes_back, reviewed

key_room = requires(Right.MANAGE_ROLES, everywhere=True)


@key_room
def roles(request: StaffRequest) -> HttpResponse:
    """The matrix of what roles may do, or of what they may give to others; marks that were changed are reviewed before they count."""
    of = (request.POST if request.method == "POST" else request.GET).get("of", DO)
    of = of if of in KINDS else DO
    cells = changed_cells(request.POST, of, request.user) if request.method == "POST" else []
    page = reverse("staff:roles") + ("" if of == DO else f"?of={of}")
    if cells and not goes_back(request):

        def deed() -> None:
            change_roles(cells, by=request.user, request=request)

        try:
            return reviewed(request, Asked(_("Roles"), deed, _("Saved."), page, fields=as_fields(cells, of)))
        except DomainError as refusal:
            messages.error(request, str(refusal))
    elif request.method == "POST" and not cells:
        messages.info(request, _("Nothing was changed."))
    return render(request, "staff/roles.html", {"matrix": matrix(request.user, of, cells), "mine": _held_by(request.user)})


@key_room
def new_role(request: StaffRequest) -> HttpResponse:
    form = RoleForm(request.POST or None)
    if form.is_valid():
        with refusals(form):
            role = make_role(by=request.user, request=request, rights=form.chosen_rights(), **form.said())
            messages.success(request, _("The role is made. Now say which rights it may give to others, if any, and give it to people."))
            return redirect("staff:role", role.pk)
    return render(request, "staff/role.html", {"form": form}, status=422 if form.errors else 200)


@key_room
def role(request: StaffRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Role, pk=pk)
    form = RoleForm(request.POST or None, role=shown)
    if form.is_valid() and not goes_back(request):

        def deed() -> None:
            change_role(shown, by=request.user, cells=form.cells(shown), request=request, **form.said())

        with refusals(form):
            return reviewed(request, Asked(shown.name, deed, _("Saved."), reverse("staff:roles")))
    context = {"form": form, "role": shown, "holders": User.objects.filter(grants__role=shown).distinct()}
    return render(request, "staff/role.html", context, status=422 if form.errors else 200)


@require_POST
@key_room
def drop(request: StaffRequest, pk: int) -> HttpResponse:
    shown, page = get_object_or_404(Role, pk=pk), reverse("staff:role", args=[pk])

    def deed() -> None:
        drop_role(shown, by=request.user, request=request)

    asked = Asked(_("Drop the role “%(name)s”") % {"name": shown.name}, deed, _("The role is gone."), reverse("staff:roles"), back=page)
    try:
        return reviewed(request, asked)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(page)


def _held_by(user: User) -> set[int]:
    return set(user.grants.values_list("role", flat=True))
