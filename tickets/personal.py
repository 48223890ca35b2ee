"""A player's words and files in tickets, given out or emptied. Events hold none of it and stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from tickets.locks import lock_many
from tickets.models import Attachment, Draft, Message, Ticket
from tickets.services.drafts import drop_starts_to

ERASED = "erased"


def export(player_id: int) -> Iterator[dict[str, Any]]:
    """His tickets with what he wrote, what we wrote to him, and the names of the files. Notes are ours and not given out."""
    for ticket in Ticket.objects.filter(player=player_id).select_related("game").order_by("pk"):
        yield {"ticket": ticket.number, "game": ticket.game.slug, "subject": ticket.subject, "opened": ticket.created_at.isoformat()}
        for message in ticket.messages.exclude(kind=Message.Kind.NOTE).order_by("pk"):
            yield {
                "ticket": ticket.number,
                "from": message.from_address or message.author_name,
                "to": message.to_address,
                "at": message.at.isoformat(),
                "text": message.text,
                "quoted": message.quoted,
            }
        for file in ticket.attachments.filter(message__isnull=False).order_by("pk"):
            yield {"ticket": ticket.number, "file": file.name, "type": file.media_type, "sha256": file.blob.sha256 if file.blob else None}


def erase(player_id: int) -> int:
    """Empty all words, addresses and files of his tickets, notes about him too; returns how many rows were emptied."""
    emptied = drop_starts_to(player_id)
    for pk in Ticket.objects.filter(player=player_id).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            tickets = lock_many([pk])
            Draft.objects.filter(ticket__in=tickets).delete()
            emptied += Message.objects.filter(ticket__in=tickets).update(
                subject="", text="", quoted="", html="", author_name="", from_address="", to_address="", error="", raw=None
            )
            emptied += Attachment.objects.filter(ticket__in=tickets).update(name=ERASED, blob=None, preview=None, refused=ERASED)
            emptied += Ticket.objects.filter(pk=pk).update(subject="", gist="", contact=None)
    return emptied
