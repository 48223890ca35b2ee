"""What a provider tells of a mail after it left. (Mails that come back as mails are read by `returns.py`.)

News may come twice, late and out of order; the core's `news` takes each once and never moves a message backwards.
"""

from __future__ import annotations

import re
from datetime import datetime

import structlog
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from helpdesk.base import clock
from helpdesk.base.bounds import EARLIEST
from helpdesk.base.text import one_line
from players.models import Address
from players.services import mark_address
from tickets.mail.aliases import message_known_as
from tickets.mail.compose import METADATA_KEY
from tickets.models import Message
from tickets.services import delivery_updates

log = structlog.get_logger(__name__)

CAME_BACK = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
SEEN = {EventType.OPENED, EventType.CLICKED}
GONE_REASONS = {RejectReason.BOUNCED, RejectReason.INVALID}
ENHANCED_CODE = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
GONE_CODES = ("5.1.", "5.2.1", "5.4.4")  # no such address, mailbox disabled, no such host; not a full box, not a filter's dislike
SOFT_TYPES = {"SoftBounce", "Transient", "DnsError"}  # Postmark's words for what may pass


def note_tracking(event: AnymailTrackingEvent) -> Message | None:
    """Bring a provider's news to the message it is about; None when it is not one of ours."""
    message = _message_of(event)
    if message is None:
        log.info("tracking_of_unknown_mail", kind=event.event_type)
        return None
    at = _moment(event.timestamp)
    if event.event_type == EventType.DELIVERED:
        delivery_updates.delivered(message.pk, at)
        _works_again(message, at)
    elif event.event_type in SEEN:
        delivery_updates.opened(message.pk, at)
    elif event.event_type in CAME_BACK:
        note_bounce(message, at=at, reason=_reason(event), gone=_gone(event))
    elif event.event_type == EventType.COMPLAINED:
        delivery_updates.complained(message.pk, at)
        mark_address(message.to_address, Address.State.COMPLAINED, reason="called our mail spam")
    return message


def note_bounce(message: Message, *, at: datetime, reason: str, gone: bool) -> None:
    """A mail came back for good. With `gone` the address itself takes no mail, and is marked so."""
    delivery_updates.bounced(message.pk, _moment(at), reason=reason)
    if gone and message.to_address:
        mark_address(message.to_address, Address.State.BOUNCED, reason=reason)


def _message_of(event: AnymailTrackingEvent) -> Message | None:
    own = (event.metadata or {}).get(METADATA_KEY)
    return next((found for name in (own, event.message_id) if isinstance(name, str) and name and (found := message_known_as(name))), None)


def _moment(at: datetime | None) -> datetime:
    """The provider's time where it can be believed."""
    now = clock.now()
    return min(at, now) if at is not None and at.tzinfo is not None and at >= EARLIEST else now


def _reason(event: AnymailTrackingEvent) -> str:
    said = " ".join(str(part) for part in (event.mta_response, event.description) if part)
    return one_line(said or f"{event.event_type}: {event.reject_reason or 'no reason given'}", 400)


def _gone(event: AnymailTrackingEvent) -> bool:
    kind = event.esp_event.get("Type") if isinstance(event.esp_event, dict) else None
    code = ENHANCED_CODE.search(_reason(event))
    if code:
        return code.group().startswith(GONE_CODES)
    return event.reject_reason in GONE_REASONS and kind not in SOFT_TYPES


def _works_again(message: Message, at: datetime) -> None:
    """A delivery after the bounce says that the address lives."""
    if Address.objects.filter(address__iexact=message.to_address, state=Address.State.BOUNCED, state_since__lt=at).exists():
        mark_address(message.to_address, Address.State.GOOD, reason="a later mail was delivered")
