"""Drafts: saved while somebody writes, given back when a reply is called back or returned."""

from __future__ import annotations

from django.db import transaction

from helpdesk.base import clock
from helpdesk.base.text import clean
from helpdesk.staff.models import User
from tickets.models import Attachment, Draft, Message, Ticket


def save_draft(ticket: Ticket, *, author: User, kind: Draft.Kind, text: str, then_status: str = "") -> Draft:
    """Keep what stands in the composer; an empty text stays, because files may hang at it."""
    draft, _made = Draft.objects.update_or_create(
        ticket=ticket, author=author, kind=kind, defaults={"text": clean(text), "then_status": then_status, "saved_at": clock.now()}
    )
    return draft


def discard_draft(ticket: Ticket, *, author: User, kind: Draft.Kind) -> None:
    """The words have become a message, or their author threw them away; files that went with a message stay there."""
    Draft.objects.filter(ticket=ticket, author=author, kind=kind).delete()


@transaction.atomic
def bring_drafts(ticket: Ticket, *, into: Ticket) -> None:
    """After a merge: what somebody was writing stands in the ticket that stays, after his own words there."""
    for draft in Draft.objects.select_for_update().filter(ticket=ticket).order_by("pk"):
        kept, _made = Draft.objects.select_for_update().get_or_create(
            ticket=into, author_id=draft.author_id, kind=draft.kind, defaults={"saved_at": draft.saved_at}
        )
        kept.text, kept.then_status = f"{kept.text}\n\n{draft.text}".strip(), kept.then_status or draft.then_status
        kept.save(update_fields=["text", "then_status"])
        Attachment.objects.filter(draft=draft).update(draft=kept, ticket=into)
        draft.delete()


@transaction.atomic
def give_back(message: Message) -> Draft | None:
    """A reply's words return to its author's composer, before whatever stands there already; None when a machine wrote it."""
    if message.author_kind != "operator" or message.author_id is None:
        return None
    draft, _made = Draft.objects.select_for_update().get_or_create(
        ticket_id=message.ticket_id, author_id=message.author_id, kind=Draft.Kind.REPLY, defaults={"saved_at": clock.now()}
    )
    if message.text.strip() not in draft.text:
        draft.text = f"{message.text}\n\n{draft.text}".strip()
    draft.then_status, draft.saved_at = message.then_status or draft.then_status, clock.now()
    draft.save(update_fields=["text", "then_status", "saved_at"])
    for file in Attachment.objects.filter(message=message):
        file.pk, file.message, file.draft = None, None, draft
        file.save(force_insert=True)
    return draft
