"""A mail of ours came back: the message and the address learn of it."""

from __future__ import annotations

import re
from datetime import datetime

from helpdesk.base.text import one_line
from players.models import Address
from players.services import mark_address
from tickets.mail.lookup import Returned, bounced_message
from tickets.mail.parse import Bounce
from tickets.models import Ticket
from tickets.services import delivery_updates

ABOUT_THE_ADDRESS = ("5.0.", "5.1.", "5.2.0", "5.2.1", "5.4.1", "5.4.4")  # unknown, no such address, mailbox disabled, no such host
NO_SUCH_USER = re.compile(
    r"(?:no such|unknown|invalid|non-?existent|not a valid) (?:user|mailbox|recipient|address|account)"
    r"|(?:user|mailbox|recipient|address|account)\b[^.\n]{0,60} (?:unknown|not found|does(?: not|n't) exist|disabled|inactive|suspended)",
    re.IGNORECASE,
)


def is_gone(status: str, told: str) -> bool:
    """Whether a permanent failure speaks of the address. A full box, a filter's dislike or a mail too large does not."""
    return not status or status.startswith(ABOUT_THE_ADDRESS) or bool(NO_SUCH_USER.search(told))


def came_back(bounce: Bounce, *, at: datetime, ticket: Ticket | None = None) -> Returned | None:
    """Mark the message as bounced, and its address too where nobody is there for good. None if it is about no mail of ours that we know.

    `ticket` is the one whose signed address the report came to. A report that proves nothing (servers which name no Message-ID exist, and
    so do forgers) marks nothing: the mail's page and the list of bounces name the ticket, where a person sees it.
    """
    found = bounced_message(bounce, at=at, ticket=ticket)
    if found is None or found.message is None:
        return found
    reason = one_line(" ".join(part for part in (bounce.status or "", bounce.diagnostic) if part), 300) or "it came back"
    delivery_updates.bounced(found.message.pk, at, reason=reason)
    if bounce.permanent and is_gone(bounce.status or "", bounce.diagnostic):
        mark_address(found.message.to_address or bounce.address or "", Address.State.BOUNCED, reason=reason)
    return found
