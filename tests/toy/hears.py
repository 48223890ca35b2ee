"""What the toy room does by itself: a player's “I wish for” becomes a wish, and a day later it is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from helpdesk.base import clock
from helpdesk.games.capabilities import mode
from helpdesk.games.models import Mode
from helpdesk.staff.models import User
from helpdesk.staff.notices import notify
from tests.toy.kinds import ToyWished
from tests.toy.models import Wish
from tickets import timers
from tickets.actors import SYSTEM
from tickets.events import record
from tickets.locks import lock
from tickets.models import Event, Message, Ticket

REMIND = "toy.remind"


def on_received(event: Event) -> None:
    """Subscriber."""
    message = Message.objects.get(pk=event.message_id)
    ticket = lock(Ticket(pk=event.ticket_id))
    if "wish" in message.text and mode("toys", ticket.game) == Mode.ON:
        wish = Wish.objects.create(player_id=ticket.player_id, ticket=ticket, words=message.text)
        timers.arm(ticket, REMIND, event.at + timedelta(days=1))
        record(ticket, ToyWished(wish=wish.pk), by=SYSTEM)
        notify(User.objects.all(), "toy.wished", number=ticket.number)


def remind(due: Sequence[timers.Due]) -> None:
    """Timer kind."""
    Wish.objects.filter(ticket__in=[ticket for ticket, _timer in due]).update(reminded_at=clock.now())
