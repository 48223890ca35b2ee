"""What the toy room does by itself: a player's “I wish for” becomes a wish, and a day later it is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from helpdesk.base import clock
from helpdesk.staff.models import User
from helpdesk.staff.notices import notify
from helpdesk.studio.capabilities import mode
from helpdesk.studio.models import Mode
from tests.toy.kinds import ToyWished
from tests.toy.models import Wish
from tickets import timers
from tickets.actors import SYSTEM
from tickets.events import record
from tickets.locks import lock
from tickets.models import Event, Message, Ticket, Timer

REMIND = "toy.remind"


def on_received(event: Event) -> None:
    """Subscriber."""
    message = Message.objects.get(pk=event.message_id)
    ticket = lock(Ticket(pk=event.ticket_id))
    if "wish" in message.text and mode("toys", ticket.game) == Mode.ON:
        wish = Wish.objects.create(player_id=ticket.player_id, ticket=ticket, words=message.text)
        timers.arm(ticket, REMIND, event.at + timedelta(days=1), ref=wish.pk)
        record(ticket, ToyWished(wish=wish.pk), by=SYSTEM)
        notify(User.objects.all(), "toy.wished", number=ticket.number)


def foretold(_timer: Timer) -> tuple[str, str]:
    """What happens next, for the ticket's page."""
    return "puzzle", "Somebody is reminded of a wish,"


def remind(due: Sequence[timers.Due]) -> None:
    """Timer kind: one for each wish."""
    Wish.objects.filter(ticket__in=[ticket for ticket, _timer in due], reminded_at=None).update(reminded_at=clock.now())
