"""Departments: who else in the studio owes answers."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.staff.forms.departments import DepartmentForm
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.models import DepartmentMember
from helpdesk.staff.rights import Right, StaffRequest, requires
from helpdesk.staff.services.departments import change_department, make_department, set_archived
from helpdesk.studio.models import Department

staff_room = requires(Right.MANAGE_STAFF, everywhere=True)


@staff_room
def departments(request: StaffRequest) -> HttpResponse:
    seated = DepartmentMember.objects.filter(department=OuterRef("pk")).order_by().values("department")
    size = Coalesce(Subquery(seated.annotate(size=Count("pk")).values("size")), 0)
    listed = Department.objects.select_related("game").annotate(size=size).order_by("-archived_at", "place", "name")
    return render(request, "staff/departments.html", {"departments": listed})


@staff_room
def new_department(request: StaffRequest) -> HttpResponse:
    form = DepartmentForm(request.POST or None)
    if form.is_valid():
        with refusals(form):
            make_department(by=request.user, request=request, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("staff:departments")
    return render(request, "staff/department.html", {"form": form}, status=422 if form.errors else 200)


@staff_room
def department(request: StaffRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Department.objects.select_related("game"), pk=pk)
    form = DepartmentForm(request.POST or None, department=shown)
    if form.is_valid():
        with refusals(form):
            change_department(shown, by=request.user, request=request, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("staff:departments")
    return render(request, "staff/department.html", {"form": form, "department": shown}, status=422 if form.errors else 200)


@require_POST
@staff_room
def archive(request: StaffRequest, pk: int) -> HttpResponse:
    """Put it aside, or take it up again: `archived` says which."""
    shown = get_object_or_404(Department, pk=pk)
    archived = request.POST.get("archived") == "1"
    set_archived(shown, archived, by=request.user, request=request)
    messages.success(request, _("The department is archived.") if archived else _("The department is open again."))
    return redirect("staff:department", pk)
