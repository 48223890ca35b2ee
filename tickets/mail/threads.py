"""Where an outbound mail stands in its conversation: what it answers, and the chain of Message-IDs before it."""

from __future__ import annotations

import re

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


def _ids_before(message: Message) -> list[tuple[str, str]]:
    """(id in angle brackets, kind) of the mails the player has seen before this one, in order. Ids that are none are left out."""
    before = Message.objects.filter(ticket=message.ticket_id, state__in=SEEN_BY_PLAYER).exclude(message_id="")
    if message.pk:
        before = before.filter(pk__lt=message.pk)
    rows = before.order_by("pk").values_list("message_id", "kind")
    found = ((MESSAGE_ID.search(raw if "<" in raw else f"<{raw}>"), kind) for raw, kind in rows)
    return [(match.group(), kind) for match, kind in found if match]
