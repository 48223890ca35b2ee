"""Sending: build the mail, open the connection, say `handed`, send, and tell honestly what came of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import structlog
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.dummy import EmailBackend as NullTransport

from helpdesk.base import clock, relay
from helpdesk.base.blobs import Unreadable
from helpdesk.base.errors import Conflict
from tickets.channels import Failed, Outcome, Retry, Sent
from tickets.mail.aliases import remember_alias
from tickets.mail.outbound.aftermath import mark
from tickets.mail.outbound.compose import compose
from tickets.mail.outbound.failures import after_handing, before_handing, before_opening, report_in_refusal
from tickets.mail.outbound.reports import Report
from tickets.mail.outbound.smtp import SmtpTransport, transport
from tickets.mail.providers import provider_of
from tickets.models import Message

log = structlog.get_logger(__name__)

REFUSED = {"rejected", "failed", "invalid"}  # anymail's words for a recipient it will not serve


def deliver(message: Message, handed: Callable[[], None]) -> Outcome:
    """Send one claimed message. A Conflict raised by `handed` goes through: then somebody else has it, and nothing was sent."""
    connection = transport()
    if isinstance(connection, NullTransport):  # a demo's past: nobody is there to receive it
        handed()
        return Sent()
    try:
        mail = compose(message, connection)
    except Unreadable as error:
        return Retry(f"A file of this message cannot be read: {error}"[:400])
    except ValueError as error:
        return Failed(f"This mail cannot be written: {error}"[:400])
    try:
        connection.open()
    except Exception as error:
        _close(connection)
        return before_opening(error)
    try:
        outcome, report = _transmit(mail, connection, handed)
    finally:
        _close(connection)
    if isinstance(outcome, Retry | Failed):
        relay.back(message.channel)  # somebody answered, if not as we wished
    return _noted(message, mail, connection, outcome, report)


def _transmit(mail: EmailMultiAlternatives, connection: BaseEmailBackend, handed: Callable[[], None]) -> tuple[Outcome, Report | None]:
    """What came of it, and what a plain refusal says of the address.

    Over SMTP it is handed when the server has taken sender and recipient and waits for the words; elsewhere before the one request.
    """
    gone = False

    def hand() -> None:
        nonlocal gone
        handed()
        gone = True

    try:
        if isinstance(connection, SmtpTransport):
            connection.tell(hand)
        else:
            hand()
        sent = connection.send_messages([mail])
    except Conflict:
        raise
    except Exception as error:
        outcome = after_handing(error) if gone else before_handing(error)
        return outcome, report_in_refusal(error, outcome) or _by_provider(mail, connection)
    if sent != 1:
        return Failed("The mail backend took nothing: a hook or a setting cancelled it."), None
    status = getattr(mail, "anymail_status", None)
    if status is not None and status.status and status.status <= REFUSED:
        return Failed(f"The provider refused the recipient: {', '.join(sorted(status.status))}"), _by_provider(mail, connection)
    return Sent(), None


def _by_provider(mail: EmailMultiAlternatives, connection: BaseEmailBackend) -> Report | None:
    """What the provider's word for the one recipient means, where it will not serve him."""
    provider, status = provider_of(connection), getattr(mail, "anymail_status", None)
    words = status.status if status is not None and status.status else set()
    return next((provider.refused[word] for word in words if word in provider.refused), None) if provider else None


def _noted(
    message: Message, mail: EmailMultiAlternatives, connection: BaseEmailBackend, outcome: Outcome, report: Report | None
) -> Outcome:
    """Remember what the answer taught us beside the outcome. It must not be lost for that: it is already decided."""
    status = getattr(mail, "anymail_status", None)
    try:
        if isinstance(outcome, Sent) and status is not None and isinstance(status.message_id, str):
            provider = provider_of(connection)
            remember_alias(message, status.message_id, domain=provider.alias_domain if provider else "")
        elif isinstance(outcome, Failed) and report is not None:
            mark(message.to_address, report, at=clock.now(), reason=outcome.reason)
    except Exception:
        log.exception("mail_aftermath_lost", message=message.pk)
    return outcome


def _close(connection: BaseEmailBackend) -> None:
    """The farewell may fail: the server has answered already."""
    with suppress(Exception):
        connection.close()
