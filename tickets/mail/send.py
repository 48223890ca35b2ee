"""The deliverer of the channel `mail`: build the mail, open the connection, say `handed`, send, and tell honestly what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress

import structlog
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.dummy import EmailBackend as NullTransport
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from helpdesk.base import relay
from helpdesk.base.blobs import Unreadable
from helpdesk.base.errors import Conflict, DomainError
from players.models import Address
from players.selectors import main_address
from players.services import mark_address
from tickets import channels
from tickets.channels import Failed, Outcome, Retry, Sent
from tickets.mail.addressing import message_id_for
from tickets.mail.aliases import remember_alias
from tickets.mail.compose import compose
from tickets.mail.failures import after_handing, before_handing, before_opening, nobody_there
from tickets.mail.parse.addresses import in_protocol
from tickets.mail.smtp import SmtpTransport, transport
from tickets.mail.threads import parent_of
from tickets.models import Message, Ticket

log = structlog.get_logger(__name__)

REFUSED = {"rejected", "failed", "invalid"}  # anymail's words for a recipient it will not serve


def register() -> None:
    """Called when the room opens."""
    channels.register("mail", label=_("Mail"), deliver=deliver, prepare=prepare)


def prepare(ticket: Ticket, message: Message) -> None:
    """Fix where it goes, its Message-ID and what it answers. DomainError when there is nowhere to send it.

    Called when a message is queued, and again when it is sent once more: the address may be another then, the Message-ID stays.
    """
    contact = ticket.contact or main_address(ticket.player)
    if contact is None:
        raise DomainError(_("There is no mail address to write to. Add one to the player first."))
    try:
        validate_email(in_protocol(contact.address))
    except ValidationError:
        raise DomainError(_("“%(address)s” is not a mail address one can write to.") % {"address": contact.address}) from None
    message.to_address = contact.address
    if not message.message_id:
        message.message_id = message_id_for(secrets.token_hex(12), ticket.game.address.rpartition("@")[2])
        message.in_reply_to = parent_of(message)


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
        outcome = _transmit(mail, connection, handed)
    finally:
        _close(connection)
    if isinstance(outcome, Retry | Failed):
        relay.back(message.channel)  # somebody answered, if not as we wished
    return _noted(message, mail, outcome)


def _transmit(mail: EmailMultiAlternatives, connection: BaseEmailBackend, handed: Callable[[], None]) -> Outcome:
    """Over SMTP it is handed when the server has taken sender and recipient and waits for the words; elsewhere before the one request."""
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
        return after_handing(error) if gone else before_handing(error)
    if sent != 1:
        return Failed("The mail backend took nothing: a hook or a setting cancelled it.")
    status = getattr(mail, "anymail_status", None)
    if status is not None and status.status and status.status <= REFUSED:
        return Failed(f"The provider refused the recipient: {', '.join(sorted(status.status))}")
    return Sent()


def _noted(message: Message, mail: EmailMultiAlternatives, outcome: Outcome) -> Outcome:
    """Remember what the answer taught us beside the outcome. It must not be lost for that: it is already decided."""
    status = getattr(mail, "anymail_status", None)
    try:
        if isinstance(outcome, Sent) and status is not None and isinstance(status.message_id, str):
            remember_alias(message, status.message_id)
        elif isinstance(outcome, Failed) and nobody_there(outcome):
            mark_address(message.to_address, Address.State.BOUNCED, reason=outcome.reason)
    except Exception:
        log.exception("mail_aftermath_lost", message=message.pk)
    return outcome


def _close(connection: BaseEmailBackend) -> None:
    """The farewell may fail: the server has answered already."""
    with suppress(Exception):
        connection.close()
