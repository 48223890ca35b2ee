"""A mail of ours came back: the message and the address learn of it."""

from __future__ import annotations

from datetime import datetime

from helpdesk.base.text import one_line
from players.models import Address
from players.services import mark_address
from tickets.mail.lookup import bounced_message
from tickets.mail.parse import Bounce
from tickets.models import Message
from tickets.services import news


def came_back(bounce: Bounce, *, at: datetime) -> Message | None:
    """Mark the message as bounced, and for a permanent failure its address too. None if it is no mail of ours that we know:

    then nothing is marked, or anybody could spoil an address by a forged report.
    """
    message = bounced_message(bounce, at=at)
    if message is None:
        return None
    reason = one_line(" ".join(part for part in (bounce.status or "", bounce.diagnostic) if part), 300) or "it came back"
    news.bounced(message.pk, at, reason=reason)
    if bounce.permanent:
        mark_address(message.to_address or bounce.address or "", Address.State.BOUNCED, reason=reason)
    return message
