"""The settings home."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from helpdesk.staff.menu import rooms
from helpdesk.staff.rights import StaffRequest, requires


@requires()
def home(request: StaffRequest) -> HttpResponse:
    """Only the rooms that this person may open; without any it is not their page."""
    groups = rooms(request.user, request.path)
    if not groups:
        raise PermissionDenied
    return render(request, "staff/settings_home.html", {"groups": groups})
