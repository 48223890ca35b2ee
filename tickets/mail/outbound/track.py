"""What a provider tells of a mail after it left. (Mails that come back as mails are read by `returns.py`.)

News may come twice, late and out of order: each is taken once, and none moves a message backwards.
"""

from __future__ import annotations

import structlog
from anymail.signals import AnymailTrackingEvent

from helpdesk.base.text import one_line
from tickets.mail.aliases import message_known_as
from tickets.mail.outbound.aftermath import hear
from tickets.mail.outbound.compose import METADATA_KEY
from tickets.mail.outbound.reports import Report
from tickets.mail.provider import words_of
from tickets.models import Message

log = structlog.get_logger(__name__)


def note_tracking(event: AnymailTrackingEvent, report: Report | None) -> Message | None:
    """Bring a provider's news to the message it is about; None when it is not one of ours."""
    message = _message_of(event)
    if message is None:
        log.info("tracking_of_unknown_mail", kind=event.event_type)
    elif report is not None:
        reason = "called our mail spam" if report == Report.COMPLAINED else one_line(words_of(event), 400)
        hear(message, report, at=event.timestamp, reason=reason, recipient=event.recipient or "")
    return message


def _message_of(event: AnymailTrackingEvent) -> Message | None:
    own = (event.metadata or {}).get(METADATA_KEY)
    return next((found for name in (own, event.message_id) if isinstance(name, str) and name and (found := message_known_as(name))), None)
