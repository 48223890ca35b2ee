"""From the bytes of a mail to its value: `parse_mail`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from helpdesk.base.html import VERSION, clean_html
from helpdesk.base.text import clean
from tickets.mail.parse.addresses import parse_addresses
from tickets.mail.parse.bodies import Contents, is_stub, read_contents
from tickets.mail.parse.bounces import find_bounce
from tickets.mail.parse.charsets import patience
from tickets.mail.parse.headers import mail_date, message_ids, own_message_id
from tickets.mail.parse.html_guard import is_hostile
from tickets.mail.parse.html_lines import html_lines
from tickets.mail.parse.limits import MAX_REFERENCES, MAX_SUBJECT_CHARS, MAX_TEXT_CHARS
from tickets.mail.parse.lines import Line, from_plain
from tickets.mail.parse.machines import OWN_MARK, auto_reply, is_on_behalf
from tickets.mail.parse.mime import Cutter, Part
from tickets.mail.parse.plainly import read_plainly
from tickets.mail.parse.quotes import answer_by, split
from tickets.mail.parse.values import MailAddress, ParsedMail

_DELIVERED = (
    "x-original-to",
    "delivered-to",
    "x-envelope-to",
    "envelope-to",
    "x-delivered-to",
    "x-rcpt-to",
    "x-forwarded-to",
    "apparently-to",
)
_FOR = re.compile(rb"\bfor\s+<([^<>\s]+@[^<>\s]+)>")


def parse_mail(raw: bytes, *, own_addresses: frozenset[str] = frozenset(), languages: Sequence[str] = ()) -> ParsedMail:
    """What a mail says, whatever its bytes: nothing is raised for any of them.

    `own_addresses` are those that the desk sends from: mail from them is our own. `languages` (ISO codes) are those of the studio's
    games: they decide what a word without a usable charset label leaves open. Where reading the parts fails in a way that nobody
    has foreseen, the mail is read as plain text and the defect noted, so that a person can still read it.
    """
    try:
        return read_strictly(raw, own_addresses, languages)
    except MemoryError:
        raise  # the reading process has used up its own: who gave it the mail reads the beginning alone
    except Exception as error:  # the last resort for a stranger's bytes: a person reads it as plain text, and the defect tells why
        return read_plainly(raw, f"not readable as parts: {type(error).__name__}")


def read_strictly(raw: bytes, own_addresses: frozenset[str], languages: Sequence[str] = ()) -> ParsedMail:
    """As `parse_mail`, without its safety net: what it raises is a fault of ours that tests and the benchmark want to see."""
    with patience():
        return _read(raw, own_addresses, languages)


def _read(raw: bytes, own_addresses: frozenset[str], languages: Sequence[str]) -> ParsedMail:
    cutter = Cutter()
    root = cutter.mail(raw)
    contents = read_contents(root, languages)
    headers = root.headers
    charset = contents.charset or root.params.get("charset")
    page = contents.html
    lines, full_text = _text(contents)
    in_reply_to, references = message_ids(b" ".join(headers.raw_all("in-reply-to"))), message_ids(headers.raw("references"))
    hostile = page is not None and is_hostile(page)
    cleaned = clean_html(page) if page is not None and not hostile else None
    sender = _sender(root, charset, languages)
    subject = headers.text("subject", charset, languages)[:MAX_SUBJECT_CHARS]
    answers = answer_by(subject, (*in_reply_to, *references), lines, own_addresses) if headers.items else "no headers"
    parts = split(lines, answer=bool(answers), own=own_addresses)
    bounce, report = find_bounce(root, sender, subject, full_text)
    reply_to = tuple(each for each in parse_addresses(headers.raw_all("reply-to"), charset, languages) if each.address)
    on_behalf = is_on_behalf(sender, reply_to, own_addresses)
    auto = report or (None if bounce else auto_reply(root, sender, subject, frozenset() if on_behalf else own_addresses))
    return ParsedMail(
        message_id=own_message_id(headers.raw("message-id")),
        in_reply_to=in_reply_to,
        references=references if len(references) <= MAX_REFERENCES else (references[0], *references[1 - MAX_REFERENCES :]),
        date=mail_date(headers.raw("date")),
        from_=sender,
        to=parse_addresses(headers.raw_all("to"), charset, languages),
        cc=parse_addresses(headers.raw_all("cc"), charset, languages),
        reply_to=reply_to,
        delivered_to=_delivered_to(root),
        subject=subject,
        text=parts.text,
        quoted=parts.quoted,
        signature=parts.signature,
        full_text=full_text,
        interleaved=parts.interleaved,
        html=cleaned.html if cleaned else None,
        html_raw=clean(contents.html_raw or "") if page is not None else None,
        html_version=VERSION,
        remote_images=cleaned.remote_images if cleaned else False,
        attachments=tuple(contents.files),
        auto=auto,
        bounce=bounce,
        own_mark=headers.text(OWN_MARK.lower()),
        on_behalf=on_behalf,
        defects=(*cutter.defects, *contents.defects, *(["HTML nested too deeply"] if hostile else [])),
        readings=tuple(contents.readings),
        answer_by=answers,
    )


def _text(contents: Contents) -> tuple[list[Line], str]:
    """The lines of all stretches, and the whole text."""
    lines: list[Line] = []
    for segment in contents.segments:
        plain = segment.plain
        found: list[Line] = []
        if segment.html and (plain is None or not plain.strip() or len(plain) < 300):
            found = html_lines(segment.html)
            if plain is not None and not is_stub(plain, "\n".join(line.text for line in found)):
                found = []
        if not found and plain is not None:
            found = from_plain(plain)
        if lines and found:
            lines.append(Line(""))
        lines.extend(found)
    whole = _whole(lines)
    if len(whole) > MAX_TEXT_CHARS:
        whole = whole[:MAX_TEXT_CHARS]
        contents.note("text cut")
        lines = from_plain(whole)
    return lines, whole


def _whole(lines: list[Line]) -> str:
    return "\n".join(("> " * line.depth + line.text).rstrip() for line in lines).strip("\n")


def _sender(root: Part, charset: str | None, languages: Sequence[str]) -> MailAddress:
    """Who wrote it. Where From names no address, the next best header does; the name in From is kept."""
    named = MailAddress("")
    for name in ("from", "sender", "reply-to", "return-path", "x-envelope-from", "x-original-from"):
        for each in parse_addresses(root.headers.raw_all(name), charset, languages):
            if each.address:
                return each if each.name or not named.name else MailAddress(each.address, named.name)
            named = named if named.name else each
    return named


def _delivered_to(root: Part) -> tuple[str, ...]:
    """Addresses that mail servers noted as the real ones, the noted headers before those in the trace."""
    found = [each.address for name in _DELIVERED for each in parse_addresses(root.headers.raw_all(name)) if each.address]
    for value in root.headers.raw_all("received")[:10]:
        found.extend(match.decode("utf-8", "replace").lower() for match in _FOR.findall(value[:2_000]))
    return tuple(dict.fromkeys(found))
