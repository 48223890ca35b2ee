"""Handing mails in, for the stories of the inbox."""

from __future__ import annotations

import hashlib

from tickets.mail.inbound import inbox
from tickets.mail.inbound.inbox import InboundMail
from tickets.mail.models import MailSource, RawMail


def receive_mail(raw: bytes, *, mailbox: str = "", key: str = "", recipient: str = "", process: bool = True) -> RawMail:
    """The mail comes by the pipe and is taken in."""
    row = inbox.store(InboundMail(raw, MailSource.PIPE, key or hashlib.sha256(raw).hexdigest(), mailbox=mailbox, recipient=recipient))
    if process:
        inbox.process(row.pk)
    row.refresh_from_db()
    return row
