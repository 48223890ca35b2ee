"""A mail of ours came back: the message and the address learn of it."""

from __future__ import annotations

from datetime import datetime

from helpdesk.base.text import one_line
from tickets.mail.inbound.lookup import Returned, bounced_message
from tickets.mail.outbound.aftermath import hear
from tickets.mail.outbound.reports import report_in
from tickets.mail.parse import Bounce
from tickets.models import Ticket


def came_back(bounce: Bounce, *, at: datetime, ticket: Ticket | None = None) -> Returned | None:
    """Mark the message as bounced, and its address too where the table says so. None if it is about no mail of ours that we know.

    `ticket` is the one whose signed address the report came to. A report that proves nothing (servers which name no Message-ID exist, and
    so do forgers) marks nothing: the mail's page and the list of bounces name the ticket, where a person sees it.
    """
    found = bounced_message(bounce, at=at, ticket=ticket)
    if found is None or found.message is None:
        return found
    reason = one_line(" ".join(part for part in (bounce.status or "", bounce.diagnostic) if part), 300) or "it came back"
    hear(found.message, report_in(bounce.diagnostic, bounce.status or ""), at=at, reason=reason)
    return found
