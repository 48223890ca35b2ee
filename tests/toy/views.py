"""The toy room's page, and its panel beside a ticket."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from helpdesk.staff.rights import StaffRequest, requires
from tests.toy.models import Wish
from tests.toy.rights import PLAY
from tickets.access import ticket_for, visible_tickets


@requires(PLAY)
def wishes(request: StaffRequest) -> HttpResponse:
    seen = visible_tickets(request.user, PLAY)
    return render(request, "toy/wishes.html", {"wishes": Wish.objects.filter(ticket__in=seen.values("pk"))})


@requires(PLAY)
def panel(request: StaffRequest, number: str) -> HttpResponse:
    ticket = ticket_for(request.user, number, PLAY)
    return render(request, "toy/panel.html", {"wishes": Wish.objects.filter(player=ticket.player_id)})
