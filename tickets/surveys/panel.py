"""The ratings beside a ticket."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from helpdesk.staff.rights import Right, StaffRequest, requires
from tickets.access import may, ticket_for
from tickets.surveys.models import Survey


@requires(Right.VIEW)
@require_GET
def ratings(request: StaffRequest, number: str) -> HttpResponse:
    """What the player said of this ticket, newest first; who may not see it is told that it is not theirs to see."""
    ticket = ticket_for(request.user, number)
    shut = not may(request.user, ticket, Right.SEE_RATING)
    rated = Survey.objects.none() if shut else Survey.objects.filter(ticket=ticket, score__isnull=False).order_by("-answered_at")
    return render(request, "surveys/ratings.html", {"shut": shut, "ratings": rated})
