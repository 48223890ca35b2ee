"""Where an outbound mail stands in its conversation: what it answers, and the chain of Message-IDs before it."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet

from helpdesk.base.text import fold
from helpdesk.base.worded import Worded
from tickets.models import Message

State = Message.State
SEEN_BY_PLAYER = (State.RECEIVED, State.SENT, State.DELIVERED)
LONGEST_CHAIN = 10  # ids in References: the first of the conversation and the newest
MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_mails = Worded(lambda ticket, whom, channel: _exchanged(ticket, whom, channel).exclude(message_id="").only("message_id", "kind"))


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
    found = _exchanged(message.ticket_id, _whom(message), message.channel)
    return found.filter(pk__lt=message.pk) if message.pk else found


def _exchanged(ticket: int, whom: str, channel: str) -> QuerySet[Message]:
    theirs, ours = Q(kind=Message.Kind.INBOUND), Q(kind=Message.Kind.REPLY)
    nobody = theirs & Q(from_address="") | ours & Q(to_address="")
    named = theirs & Q(from_address__iexact=whom) | ours & Q(to_address__iexact=whom)
    without = nobody & Q(channel=channel, from_stranger=False)
    return Message.objects.filter(named & ~nobody | without, ticket=ticket, state__in=SEEN_BY_PLAYER).order_by("pk")


def _whom(message: Message) -> str:
    return message.to_address or (message.ticket.contact.address if message.ticket.contact else "")


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
    mails = _mails(message.ticket_id, _whom(message), message.channel)
    before = ((each.message_id, each.kind) for each in mails if not message.pk or each.pk < message.pk)
    found = ((MESSAGE_ID.search(raw if "<" in raw else f"<{raw}>"), kind) for raw, kind in before)
    return [(match.group(), kind) for match, kind in found if match]
