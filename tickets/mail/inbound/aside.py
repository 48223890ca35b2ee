"""The mails that were set aside since their writer is blocked: how many of a player, and letting them in."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet

from tickets.mail.inbound.inbox import read_again
from tickets.mail.models import RawMail

AT_ONCE = 500
APART = timedelta(seconds=1)


def set_aside(player_id: int) -> QuerySet[RawMail]:
    """Those of a player that nobody has decided about yet, in the order in which they came."""
    return RawMail.objects.filter(set_aside__player=player_id, parked_at__isnull=False).order_by("received_at", "pk")


def bring_in(player_id: int) -> int:
    """Have them read again, each a second after the one before, all among the heavy ones, which are taken one by one: so they come in
    their order, and one that answers another finds it. Returns how many; those beyond `AT_ONCE` stay where they are."""
    parked = Q(parked_at__isnull=False)
    rows = list(set_aside(player_id)[:AT_ONCE])
    return sum(read_again(raw, parked, after=place * APART, heavy=True) for place, raw in enumerate(rows))
