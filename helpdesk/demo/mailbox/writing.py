"""Mails that a player writes: a new one, or an answer as mail programs build it (quote, In-Reply-To, References, both bodies)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from django.core.files.uploadedfile import UploadedFile
from django.utils.html import escape

from helpdesk.base import clock
from helpdesk.base.mail_lines import UNFOLDED
from helpdesk.base.text import one_line
from tickets.mail.parse import MailAddress, ParsedMail

REPLY_PREFIX = re.compile(r"\s*(re|aw|отв|ответ)\s*:", re.IGNORECASE)
LANGUAGE = re.compile(r"""<html\b[^>]*\blang=["']?([a-z]{2})""", re.IGNORECASE)
ATTRIBUTION = {  # as the common mail programs write it, so that the desk has something real to fold
    "en": "On {date}, {name} wrote:",
    "ru": "{date}, {name} пишет:",
    "de": "Am {date} schrieb {name}:",
    "es": "El {date}, {name} escribió:",
}


def new_mail(player: MailAddress, to: MailAddress, *, subject: str, text: str, files: Iterable[UploadedFile[bytes]] = ()) -> bytes:
    """A first mail of this player."""
    return _written(_envelope(player, to, subject), text, _html(text), files)


def answer(mail: ParsedMail, player: MailAddress, *, text: str, files: Iterable[UploadedFile[bytes]] = ()) -> bytes:
    """This player's answer to a mail that came: to whom it asks to be answered, with its words quoted."""
    subject = mail.subject if REPLY_PREFIX.match(mail.subject) else f"Re: {mail.subject}"
    message = _envelope(player, answer_to(mail), subject)
    if mail.message_id:
        message["In-Reply-To"] = mail.message_id
        message["References"] = " ".join((*mail.references, mail.message_id))
    spoken = LANGUAGE.search(mail.html_raw or "")
    wrote = ATTRIBUTION.get(spoken[1].lower() if spoken else "", ATTRIBUTION["en"]).format(
        date=f"{mail.date or clock.now():%d.%m.%Y %H:%M}", name=mail.from_.name or mail.from_.address
    )
    quoted = "\n".join(f"> {line}".rstrip() for line in mail.full_text.splitlines())
    cited = f'<div class="quote">{escape(wrote)}<blockquote type="cite">{_html(mail.full_text)}</blockquote></div>'
    return _written(message, f"{text}\n\n{wrote}\n{quoted}\n", _html(text) + cited, files)


def answer_to(mail: ParsedMail) -> MailAddress:
    return mail.reply_to[0] if mail.reply_to else mail.from_


def _envelope(player: MailAddress, to: MailAddress, subject: str) -> EmailMessage:
    message = EmailMessage(policy=UNFOLDED)
    message["From"], message["To"] = _named(player), _named(to)
    message["Subject"] = one_line(subject, 300)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=player.address.rpartition("@")[2])
    return message


def _written(message: EmailMessage, text: str, html: str, files: Iterable[UploadedFile[bytes]]) -> bytes:
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    for file in files:
        main, _, sub = (file.content_type or "application/octet-stream").partition("/")
        message.add_attachment(file.read(), maintype=main, subtype=sub or "octet-stream", filename=one_line(file.name or "file"))
    return message.as_bytes()


def _named(who: MailAddress) -> Address:
    return Address(one_line(who.name), addr_spec=who.address)


def _html(text: str) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.splitlines())
