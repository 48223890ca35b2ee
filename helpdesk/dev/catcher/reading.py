"""What a mail says, for showing it: headers, both bodies, attachments. For mails that were built well: ours and the players' from here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime

PREVIEW = 140  # characters
CID = re.compile(r"""(?<=["'(])cid:([^"')\s]+)""")

HTML_LANGUAGE = re.compile(r"""<html\b[^>]*\blang=["']?([A-Za-z-]{2,12})""")


@dataclass(frozen=True)
class Attachment:
    index: int
    name: str
    type: str
    size: int
    content_id: str


@dataclass(frozen=True)
class Letter:
    subject: str
    sender: tuple[str, str]
    to: list[tuple[str, str]]
    reply_to: list[tuple[str, str]]
    date: datetime | None
    message_id: str
    in_reply_to: str
    references: str
    language: str
    text: str
    html: str
    attachments: list[Attachment]
    headers: list[tuple[str, str]]

    @property
    def preview(self) -> str:
        return " ".join(self.text.split())[:PREVIEW]

    @property
    def shown_attachments(self) -> list[Attachment]:
        """Those a mail program lists; a picture that the text itself shows is none."""
        return [each for each in self.attachments if not (each.content_id and f"cid:{each.content_id}" in self.html)]


def read(raw: bytes) -> Letter:
    message = parse(raw)
    words = _content(message.get_body(("html",)))
    return Letter(
        subject=_header(message, "Subject"),
        sender=next(iter(_addresses(message, "From")), ("", "")),
        to=_addresses(message, "To"),
        reply_to=_addresses(message, "Reply-To"),
        date=_date(message),
        message_id=_header(message, "Message-ID"),
        in_reply_to=_header(message, "In-Reply-To"),
        references=_header(message, "References"),
        language=_language(message, words),
        text=_content(message.get_body(("plain",))),
        html=words,
        attachments=[_attachment(index, part) for index, part in _parts(message)],
        headers=[(name, str(value)) for name, value in message.items()],
    )


def parse(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the default policy makes EmailMessage")
    return message


def attachment(raw: bytes, index: int) -> tuple[Attachment, bytes] | None:
    """One attachment with its content."""
    for number, part in _parts(parse(raw)):
        if number == index:
            return _attachment(number, part), _payload(part)
    return None


def html_for_frame(html: str, attachments: list[Attachment], address: str) -> str:
    """The mail's HTML with its own pictures found again (`address` + index) and links that open outside the frame."""
    found = {each.content_id: each.index for each in attachments if each.content_id}
    html = CID.sub(lambda match: f"{address}{found[match[1]]}" if match[1] in found else match[0], html)
    base = '<base target="_blank">'
    head = re.search(r"<head[^>]*>", html, re.IGNORECASE)
    return html[: head.end()] + base + html[head.end() :] if head else base + html


def _parts(message: EmailMessage) -> Iterator[tuple[int, EmailMessage]]:
    """Every leaf that is neither of the two bodies, numbered in the order of the mail."""
    bodies = {id(message.get_body(("plain",))), id(message.get_body(("html",)))}
    for index, part in enumerate(message.walk()):
        if not part.is_multipart() and id(part) not in bodies and isinstance(part, EmailMessage):
            yield index, part


def _attachment(index: int, part: EmailMessage) -> Attachment:
    return Attachment(
        index=index,
        name=part.get_filename() or f"part-{index}",
        type=part.get_content_type(),
        size=len(_payload(part)),
        content_id=_header(part, "Content-ID").strip("<>"),
    )


def _payload(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _content(part: MIMEPart | None) -> str:
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        return _payload(part).decode(errors="replace")


def _header(message: EmailMessage, name: str) -> str:
    return " ".join(str(message.get(name, "")).split())


def _language(message: EmailMessage, html: str) -> str:
    """What the mail says of itself, in a header or on its first tag."""
    said = _header(message, "Content-Language").partition(",")[0].strip()
    if not said and (found := HTML_LANGUAGE.search(html)):
        said = found[1]
    return said.lower()


def _addresses(message: EmailMessage, name: str) -> list[tuple[str, str]]:
    return [pair for pair in getaddresses([str(value) for value in message.get_all(name, [])]) if pair[1]]


def _date(message: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(_header(message, "Date"))
    except ValueError:
        return None
