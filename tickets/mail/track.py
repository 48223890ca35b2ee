"""What a provider tells of a mail after it left. (Mails that come back as mails are read by `returns.py`.)

News may come twice, late and out of order: each is taken once, and none moves a message backwards.
"""

from __future__ import annotations

import structlog
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from helpdesk.base.text import one_line
from tickets.mail.aliases import message_known_as
from tickets.mail.compose import METADATA_KEY
from tickets.mail.reports import Report, hear, report_in
from tickets.models import Message

log = structlog.get_logger(__name__)

TOLD = {
    EventType.DELIVERED: Report.DELIVERED,
    EventType.OPENED: Report.OPENED,
    EventType.CLICKED: Report.OPENED,
    EventType.COMPLAINED: Report.COMPLAINED,
}
CAME_BACK = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
REASONS = {
    RejectReason.BOUNCED: Report.GONE,
    RejectReason.INVALID: Report.GONE,
    RejectReason.UNSUBSCRIBED: Report.SUPPRESSED,
    RejectReason.BLOCKED: Report.POLICY,
    RejectReason.SPAM: Report.POLICY,
    RejectReason.TIMED_OUT: Report.SOFT,
}


def note_tracking(event: AnymailTrackingEvent, report: Report | None) -> Message | None:
    """Bring a provider's news to the message it is about; None when it is not one of ours."""
    message = _message_of(event)
    if message is None:
        log.info("tracking_of_unknown_mail", kind=event.event_type)
    elif report is not None:
        hear(message, report, at=event.timestamp, reason=_reason(event))
    return message


def report_of(event: AnymailTrackingEvent) -> Report | None:
    """What most providers' news mean; None for what changes nothing. Where a server is quoted, its words count more than the summary."""
    if event.event_type not in CAME_BACK:
        return TOLD.get(event.event_type)
    quoted = report_in(_reason(event))
    return REASONS.get(event.reject_reason, quoted) if quoted == Report.UNEXPLAINED else quoted


def _message_of(event: AnymailTrackingEvent) -> Message | None:
    own = (event.metadata or {}).get(METADATA_KEY)
    return next((found for name in (own, event.message_id) if isinstance(name, str) and name and (found := message_known_as(name))), None)


def _reason(event: AnymailTrackingEvent) -> str:
    if event.event_type == EventType.COMPLAINED:
        return "called our mail spam"
    said = " ".join(str(part) for part in (event.mta_response, event.description) if part)
    return one_line(said or f"{event.event_type}: {event.reject_reason or 'no reason given'}", 400)
