"""The settings home."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from helpdesk.staff.menu import rooms
from helpdesk.staff.rights import Right, StaffRequest, requires

STUDIO_RIGHTS = tuple(right for right in Right if right.value.startswith("studio."))


@requires(*STUDIO_RIGHTS)
def home(request: StaffRequest) -> HttpResponse:
    """Only the rooms that this person may open; without any it is not their page."""
    groups = rooms(request.user, request.path)
    if not groups:
        raise PermissionDenied
    return render(request, "staff/settings_home.html", {"groups": groups})
