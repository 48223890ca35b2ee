"""Which ticket and which message of ours a mail speaks of: by references, then by a signed address, never by the subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.base.text import fold
from tickets.mail.judge import ticket_by_token
from tickets.mail.models import MessageIdAlias
from tickets.mail.parse import Bounce, ParsedMail
from tickets.models import Message, Ticket

BOUNCE_AGE = timedelta(days=14)  # a report without a Message-ID is about a mail of these days, or we do not know about which
LEFT = (Message.State.SENT, Message.State.DELIVERED, Message.State.HANDED, Message.State.UNCERTAIN, Message.State.BOUNCED)


@dataclass(frozen=True, slots=True)
class Found:
    """The ticket a mail belongs to, and how we know."""

    ticket: Ticket
    reason: str


def find_ticket(mail: ParsedMail, recipient: str = "") -> Found | None:
    """The ticket that the mail continues. `recipient` is the envelope's, where the door knows it."""
    message = message_called(mail.thread_ids)
    if message is not None and message.ticket.player.erased_at is None:
        return Found(message.ticket, f"answers {message.message_id}")
    number = ticket_by_token(mail, recipient)
    tickets = Ticket.objects.filter(number=number, player__erased_at=None)  # whoever was erased is a stranger when he writes again
    ticket = tickets.select_related("player", "game").first() if number else None
    return Found(ticket, f"signed reply address of {number}") if ticket else None


def thread_of(mail: ParsedMail) -> str | None:
    """The ticket's number, for `judge`."""
    found = find_ticket(mail)
    return found.ticket.number if found else None


def message_called(ids: Sequence[str]) -> Message | None:
    """The message with the first of these Message-IDs that we know, by its own id or by an alias."""
    if not ids:
        return None
    own = Message.objects.filter(message_id__in=ids).exclude(message_id="").select_related("ticket__player", "ticket__game").order_by("-pk")
    known = {message.message_id: message for message in own}
    if len(known) < len(ids):
        others = [each for each in ids if each not in known]
        aliases = MessageIdAlias.objects.filter(alias__in=others).select_related("message__ticket__player", "message__ticket__game")
        known |= {each.alias: each.message for each in aliases}
    return next((known[each] for each in ids if each in known), None)


@dataclass(frozen=True, slots=True)
class Returned:
    """Our message that came back. `proven`: the report knows what only who had the mail can know; else we guess by its address."""

    message: Message
    proven: bool


def bounced_message(bounce: Bounce, *, at: datetime, ticket: Ticket | None = None) -> Returned | None:
    """By the message's id; else the newest one to that address in the last days, on the ticket whose signed address the report came to."""
    if bounce.message_id and (message := message_called([bounce.message_id])):
        return Returned(message, proven=True) if message.kind == Message.Kind.REPLY else None
    if not bounce.address:
        return None
    theirs = [ticket] if ticket else Ticket.objects.filter(player__uses__address__folded=fold(bounce.address)[:320])
    sent = Message.objects.filter(ticket__in=theirs, kind=Message.Kind.REPLY, state__in=LEFT, at__gte=at - BOUNCE_AGE)
    newest = sent.filter(to_address__iexact=bounce.address).select_related("ticket").order_by("-pk").first()
    return Returned(newest, proven=ticket is not None) if newest else None
