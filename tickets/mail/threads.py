"""Where an outbound mail stands in its conversation: what it answers, and the chain of Message-IDs before it."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet

from helpdesk.base.text import fold
from tickets.models import Message

State = Message.State
SEEN_BY_PLAYER = (State.RECEIVED, State.SENT, State.DELIVERED)
LONGEST_CHAIN = 10  # ids in References: the first of the conversation and the newest
MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")


def parent_of(message: Message) -> str:
    """The Message-ID this message answers: the player's last mail, else the last mail of the conversation, else empty."""
    ids = _ids_before(message)
    return next((id_ for id_, kind in reversed(ids) if kind == Message.Kind.INBOUND), ids[-1][0] if ids else "")


def chain_of(message: Message) -> list[str]:
    """References, ending with the parent, so that mail programs that lost a part still find the conversation."""
    parent = message.in_reply_to
    older = [id_ for id_ in dict.fromkeys(id_ for id_, _kind in _ids_before(message)) if id_ != parent]
    return [*older[:1], *older[1:][-(LONGEST_CHAIN - 2) :], parent]


def exchanged_with(message: Message) -> QuerySet[Message]:
    """What was said before this message to or by the one it goes to, oldest first.

    A ticket may hold others' words: a stranger's who answered us, a merged ticket's, a former address's. An address that was recognised
    as the player's does not make them his. Messages without an address came by a door that knew the player: they are repeated by the same
    channel only.
    """
    before = Message.objects.filter(ticket=message.ticket_id, state__in=SEEN_BY_PLAYER)
    if message.pk:
        before = before.filter(pk__lt=message.pk)
    whom = message.to_address or (message.ticket.contact.address if message.ticket.contact else "")
    theirs, ours = Q(kind=Message.Kind.INBOUND), Q(kind=Message.Kind.REPLY)
    without = Q(channel=message.channel, from_stranger=False) & (theirs & Q(from_address="") | ours & Q(to_address=""))
    named = theirs & Q(from_address__iexact=whom) | ours & Q(to_address__iexact=whom) if whom else Q(pk=None)
    return before.filter(named | without).order_by("pk")


def first_subject_from(message: Message) -> str | None:
    """The subject under which the recipient first wrote on this ticket, if somebody else began it; None where it was he or we."""
    inbound = Message.objects.filter(ticket=message.ticket_id, kind=Message.Kind.INBOUND)
    first = inbound.order_by("pk").values_list("from_address", flat=True).first()
    whom = fold(message.to_address)
    if not first or not whom or fold(first) == whom:
        return None
    subjects = exchanged_with(message).filter(kind=Message.Kind.INBOUND).values_list("subject", flat=True)
    return subjects.first() or ""


def _ids_before(message: Message) -> list[tuple[str, str]]:
    """(id in angle brackets, kind) of the mails its recipient has seen before this one, in order. Ids that are none are left out."""
    rows = exchanged_with(message).exclude(message_id="").values_list("message_id", "kind")
    found = ((MESSAGE_ID.search(raw if "<" in raw else f"<{raw}>"), kind) for raw, kind in rows)
    return [(match.group(), kind) for match, kind in found if match]
