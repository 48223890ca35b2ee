"""Mails that a player writes: a new one, or an answer as mail programs build it (quote, In-Reply-To, References, both bodies)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, formataddr, make_msgid

from django.utils.html import escape

from helpdesk.base import clock
from helpdesk.base.mail_lines import UNFOLDED
from helpdesk.dev.catcher.reading import Letter

REPLY_PREFIX = re.compile(r"\s*(re|aw|отв|ответ)\s*:", re.IGNORECASE)
ATTRIBUTION = {  # as the common mail programs write it, so that the desk has something real to fold
    "en": "On {date}, {name} wrote:",
    "ru": "{date}, {name} пишет:",
    "de": "Am {date} schrieb {name}:",
    "es": "El {date}, {name} escribió:",
}


@dataclass(frozen=True)
class File:
    name: str
    type: str
    content: bytes


def new_mail(  # noqa: PLR0913
    *, sender: tuple[str, str], to: str, subject: str, text: str, files: Sequence[File] = ()
) -> EmailMessage:
    """A first mail of this player (name, address)."""
    message = _envelope(sender, to, subject)
    message.set_content(text)
    message.add_alternative(_html(text), subtype="html")
    _attach(message, files)
    return message


def answer(letter: Letter, *, sender: tuple[str, str], text: str, files: Sequence[File] = ()) -> EmailMessage:
    """This player's answer to a mail he got: to its Reply-To, or to its sender."""
    to = next(iter(letter.reply_to), letter.sender)
    subject = letter.subject if REPLY_PREFIX.match(letter.subject) else f"Re: {letter.subject}"
    message = _envelope(sender, formataddr(to) if to[0].isascii() else to[1], subject)
    if letter.message_id:
        message["In-Reply-To"] = letter.message_id
        message["References"] = f"{letter.references} {letter.message_id}".strip()
    date = (letter.date or clock.now()).strftime("%d.%m.%Y %H:%M")
    wrote = ATTRIBUTION.get(letter.language[:2], ATTRIBUTION["en"]).format(date=date, name=letter.sender[0] or letter.sender[1])
    quoted = "\n".join(f"> {line}".rstrip() for line in letter.text.strip().splitlines())
    message.set_content(f"{text.strip()}\n\n{wrote}\n{quoted}\n")
    inner = _html(letter.text.strip())
    message.add_alternative(
        f'{_html(text)}<div class="quote">{escape(wrote)}<blockquote type="cite">{inner}</blockquote></div>', subtype="html"
    )
    _attach(message, files)
    return message


def for_the_pipe(message: EmailMessage, *, sender: str, recipient: str) -> bytes:
    """The bytes as a mail server writes them into a pipe: with the envelope in two headers before all others."""
    envelope = f"Return-Path: <{sender}>\nDelivered-To: {recipient}\n"
    return envelope.encode() + message.as_bytes(policy=UNFOLDED)


def _envelope(sender: tuple[str, str], to: str, subject: str) -> EmailMessage:
    message = EmailMessage(policy=default)
    message["From"] = formataddr((_one_line(sender[0]), _one_line(sender[1]))) if sender[0].isascii() else _named(sender)
    message["To"] = _one_line(to)
    message["Subject"] = _one_line(subject)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=sender[1].rpartition("@")[2] or "players.invalid")
    return message


def _named(sender: tuple[str, str]) -> str:
    """A name outside ASCII, quoted; the policy encodes it when the mail is written."""
    name = _one_line(sender[0]).replace("\\", "").replace('"', "'")
    return f'"{name}" <{_one_line(sender[1])}>'


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _html(text: str) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.strip().splitlines())


def _attach(message: EmailMessage, files: Sequence[File]) -> None:
    for file in files:
        main, _, sub = (file.type if "/" in file.type else "application/octet-stream").partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=_one_line(file.name) or "file")
