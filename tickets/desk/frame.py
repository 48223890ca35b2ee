"""What the frame around every page asks for."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from helpdesk.staff.rights import StaffRequest, requires
from tickets.rail import counts_for


@requires()
@require_GET
def rail(request: StaffRequest) -> HttpResponse:
    """The numbers in the rail, of those entries that this person sees."""
    return render(request, "tickets/rail.html", {"counts": counts_for(request.user)})
