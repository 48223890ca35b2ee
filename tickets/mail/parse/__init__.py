"""A mail's bytes read into values. No database, no Django model, no exception: `parse_mail(raw, own_addresses=…)`."""

from __future__ import annotations

from tickets.mail.parse.reader import parse_mail
from tickets.mail.parse.values import AutoReply, Bounce, MailAddress, MailAttachment, ParsedMail, Sign

__all__ = ["AutoReply", "Bounce", "MailAddress", "MailAttachment", "ParsedMail", "Sign", "parse_mail"]
