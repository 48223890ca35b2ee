"""How much of what no person wrote a player may get: on one ticket, over all his tickets and channels, and at his address.

A gate (setting REPLY_GATES) before whatever leaves by `services/reply.send_automatic`, on every channel: what is over a cap is held with
the reason, and a person may release it. What a person wrote is never counted and never held.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop as _

from helpdesk.base import clock
from helpdesk.base.claims import hold_names
from tickets.gates import GateHold, gate
from tickets.models import Message

Purpose, State = Message.Purpose, Message.State


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many messages within a time; of one purpose alone, if it says which."""

    most: int
    minutes: int
    purpose: str = ""


CAPS = (
    Cap(10, 10),
    Cap(15, 30),
    Cap(25, 60),
    Cap(50, 180),
    Cap(100, 600),
    Cap(3, 600, Purpose.SURVEY),
)
"""The first that is reached holds the next message. Loops of machines end here, and what is done to many tickets of a player at once."""

LONGEST = timedelta(minutes=max(cap.minutes for cap in CAPS))
MOST = max(cap.most for cap in CAPS)
COUNTED = (State.QUEUED, State.SENDING, State.HANDED, State.SENT, State.DELIVERED, State.BOUNCED, State.UNCERTAIN)  # has left, or will


class Sent(NamedTuple):
    """A message as it counts; `left`: when it did, or will."""

    ticket: int
    player: int
    purpose: str
    left: datetime


@gate("core.caps")
def caps(message: Message) -> GateHold | None:
    """The gate. It waits for whoever else writes to this player in this moment, so that two of them never both find room for one."""
    if message.purpose == Purpose.ANSWER:
        return None
    ticket = message.ticket
    hold_names(f"caps of player {ticket.player_id}", *([f"caps of address {ticket.contact_id}"] if ticket.contact_id else []))
    now = clock.now()
    sent = _sent(message, now)
    if reached := _reached([one for one in sent if one.ticket == ticket.pk], message, now):
        return GateHold(_("Too many automatic messages on this ticket."), reached)
    if reached := _reached([one for one in sent if one.player == ticket.player_id], message, now):
        return GateHold(_("Too many automatic messages to this player."), reached)
    if reached := _reached(sent, message, now):
        return GateHold(_("Too many automatic messages to this address."), reached)
    return None


def _sent(message: Message, now: datetime) -> list[Sent]:
    """What has left to the player or leaves, and to whoever shares his address; the newest, as many as a cap asks for."""
    ticket = message.ticket
    his = Q(ticket__player=ticket.player_id)
    if ticket.contact_id:
        his |= Q(ticket__contact=ticket.contact_id)
    rows = Message.objects.filter(his, kind=Message.Kind.REPLY, state__in=COUNTED).exclude(purpose=Purpose.ANSWER).exclude(pk=message.pk)
    left = rows.annotate(left=Coalesce("sent_at", "leaves_at")).filter(left__gt=now - LONGEST)
    facts = left.order_by("-left").values_list("ticket_id", "ticket__player_id", "purpose", "left")
    return [Sent._make(row) for row in facts[:MOST]]


def _reached(sent: list[Sent], message: Message, now: datetime) -> str:
    """The first cap that these messages have reached, as the detail of the reason; empty when there is none."""
    for cap in CAPS:
        if cap.purpose in {"", message.purpose}:
            counted = [one.left for one in sent if cap.purpose in {"", one.purpose}]
            if len(counted) >= cap.most and counted[cap.most - 1] > now - timedelta(minutes=cap.minutes):
                return f"{cap.most} / {cap.minutes} min"
    return ""
