"""What the mail room keeps of a player: the mails as they came, given out as facts, or thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from players.models import AddressUse
from tickets.mail.models import RawMail


def export(player_id: int) -> Iterator[dict[str, Any]]:
    """Which mails of his came in, when, and what became of them."""
    for raw in _of(player_id).order_by("pk"):
        yield {
            "received_at": raw.received_at.isoformat(),
            "from": raw.from_address,
            "subject": raw.subject,
            "outcome": raw.outcome,
            "blob": raw.blob_id,
        }


def erase(player_id: int) -> int:
    """Forget the raw mails; the keys against doubles stay, they say nothing about anybody."""
    rows = _of(player_id)
    count = rows.count()
    rows.delete()
    return count


def _of(player_id: int) -> QuerySet[RawMail]:
    """Mails on his tickets, and from addresses that he alone uses."""
    mine = AddressUse.objects.filter(player=player_id).values("address__folded")
    shared = AddressUse.objects.exclude(player=player_id).values("address__folded")
    return RawMail.objects.filter(Q(ticket__player=player_id) | Q(from_address__in=mine) & ~Q(from_address__in=shared))
