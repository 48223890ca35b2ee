"""The lots of the core: what the administrators' page shows of its parked work, and what would leave the house if it might."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from helpdesk.base import outward
from helpdesk.base.parking import Lot, register
from players.models import PlayerBlock
from tickets import drain, parked
from tickets.models import Delivery, Message, Timer
from tickets.services import blocks, outbox


def open_lots() -> None:
    """Called when the core opens."""
    messages, timers, deliveries = Message.objects.all, Timer.objects.all, Delivery.objects.all
    register(
        Lot(
            name="message",
            label=_("Message to a player"),
            rows=lambda: messages().filter(state__in=parked.ON_THE_WAY),
            reason_field="error",
            retry=parked.retry_messages,
            dismiss=outbox.give_up,
            tickets=lambda pks: parked.tickets_of(messages(), pks),
        )
    )
    register(
        Lot(
            name="timer",
            label=_("Timer"),
            rows=timers,
            reason_field="error",
            retry=parked.retry_timers,
            dismiss=parked.dismiss_timer,
            tickets=lambda pks: parked.tickets_of(timers(), pks),
        )
    )
    register(
        Lot(
            name="delivery",
            label=_("Delivery of an event"),
            rows=deliveries,
            reason_field="error",
            retry=drain.unpark,
            dismiss=drain.drop,
            tickets=lambda pks: parked.tickets_of(deliveries(), pks),
            page="administration:deliveries",
        )
    )
    register(
        Lot(
            name="block",
            label=_("End of a player's block"),
            rows=lambda: PlayerBlock.objects.filter(ended_at=None),
            reason_field="trouble",
            retry=blocks.retry,
        )
    )
    queued = messages().filter(state=Message.State.QUEUED)
    outward.register(outward.Kind("message", _("Messages to players"), queued.all, since="leaves_at", to="to_address"))
