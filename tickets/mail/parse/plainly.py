"""A mail read by its beginning alone, without any understanding of its parts: cheap for any bytes, so that a person can read some."""

from __future__ import annotations

from helpdesk.base.html import VERSION
from tickets.mail.parse.addresses import parse_addresses
from tickets.mail.parse.charsets import decode
from tickets.mail.parse.headers import Headers, mail_date, message_ids, own_message_id
from tickets.mail.parse.limits import MAX_REFERENCES, MAX_SUBJECT_CHARS
from tickets.mail.parse.mime import Cutter
from tickets.mail.parse.values import MailAddress, ParsedMail

HEAD_BYTES = 32_000
BODY_BYTES = 64_000
VALUE_BYTES = 4_000


def read_plainly(raw: bytes, defect: str) -> ParsedMail:
    """Who wrote to whom, in answer to what, and the first words; `defect` tells the page that explains a mail why there is no more."""
    headers, body = Cutter().head(raw[: HEAD_BYTES + BODY_BYTES])
    headers = Headers([(name, value[:VALUE_BYTES]) for name, value in headers.items[:100]])
    text = decode((body if body.strip() else raw)[:BODY_BYTES]).strip("\n")
    return ParsedMail(
        message_id=own_message_id(headers.raw("message-id")),
        in_reply_to=message_ids(headers.raw("in-reply-to")),
        references=message_ids(headers.raw("references"))[:MAX_REFERENCES],
        date=mail_date(headers.raw("date")),
        from_=next((each for each in parse_addresses([headers.raw("from")]) if each.address), MailAddress("")),
        to=parse_addresses([headers.raw("to")]),
        cc=parse_addresses([headers.raw("cc")]),
        reply_to=(),
        delivered_to=tuple(each.address for each in parse_addresses([headers.raw("delivered-to")]) if each.address),
        subject=headers.text("subject")[:MAX_SUBJECT_CHARS],
        text=text,
        quoted="",
        signature="",
        full_text=text,
        interleaved=False,
        html=None,
        html_raw=None,
        html_version=VERSION,
        remote_images=False,
        attachments=(),
        auto=None,
        bounce=None,
        own_mark="",
        on_behalf=False,
        defects=(defect,),
    )
