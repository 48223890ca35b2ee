"""What the player's card says when it comes only after the ticket, or is another player's."""

from __future__ import annotations

from django.db import transaction

from players.traits import traits_of
from tickets.actors import SYSTEM, Actor
from tickets.events import record
from tickets.events.of_tickets import CardCaptured
from tickets.locks import lock
from tickets.models import Ticket
from tickets.past import traits_at


@transaction.atomic
def capture_card(ticket: Ticket, *, by: Actor = SYSTEM) -> Ticket:
    """Record what the card says now, unless the ticket's events say the same already."""
    ticket = lock(ticket)
    said = traits_of(ticket.player, ticket.game)
    if said != traits_at(ticket):
        record(ticket, CardCaptured(**said), by=by)
    return ticket
