"""What the desk would make of a mail, as plain data: for `explain_mail`, and for the administrators' page that shows the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tickets.mail.inbound.judge import Judgement, Known, judge
from tickets.mail.inbound.reading import read_mail
from tickets.mail.parse import MailAddress, ParsedMail, Sign


def explain(
    raw: bytes,
    own_addresses: frozenset[str],
    *,
    file: str = "",
    ask: Callable[[ParsedMail], Known] | None = None,
    languages: Sequence[str] = (),
) -> dict[str, Any]:
    """The facts of a mail and what becomes of it. Nothing is written. `ask` looks up what the tables know of it."""
    mail = read_mail(raw, own_addresses, languages)
    return explain_parsed(mail, file=file, known=ask(mail) if ask else None)


def explain_parsed(mail: ParsedMail, *, file: str = "", known: Known | None = None) -> dict[str, Any]:
    """What `facts_of` tells of a mail as the desk would judge it; without `known` it believes only what the headers prove."""
    return facts_of(mail, judge(mail, known), file=file)


def facts_of(mail: ParsedMail, judgement: Judgement, *, file: str = "") -> dict[str, Any]:
    """A mail and a judgement of it in words and numbers: what the page and the command show."""
    auto, writer = judgement.auto, mail.writer or mail.from_
    bounce = mail.bounce
    return {
        "file": file,
        "outcome": judgement.outcome.value,
        "reason": judgement.reason,
        "message_id": mail.message_id,
        "in_reply_to": list(mail.in_reply_to),
        "date": mail.date.isoformat() if mail.date else None,
        "from": _address(mail.from_),
        "to": [_address(each) for each in mail.to],
        "cc": [_address(each) for each in mail.cc],
        "reply_to": [_address(each) for each in mail.reply_to],
        "subject": mail.subject,
        "text": mail.text,
        "quoted": mail.quoted_and_signature,
        "html": mail.html,
        "attachments": [
            {"name": each.name, "type": each.type, "size": each.size, "inline": each.inline, "content_id": each.content_id}
            for each in mail.attachments
        ],
        "answer_by": mail.answer_by,
        "interleaved": mail.interleaved,
        "defects": list(mail.defects),
        "encodings": list(mail.readings),
        "auto_reply": auto.reason if auto else None,
        "bounce": {"address": bounce.address, "status": bounce.status, "permanent": bounce.permanent} if bounce else None,
        "writer": _address(writer),
        "writer_signs": [_sign(each) for each in mail.writer_signs],
        "machine": {"weight": auto.weight, "certain": auto.certain, "away": auto.away, "holds": auto.holds} if auto else None,
        "signs": [_sign(each) for each in auto.signs] if auto else [],
    }


def _sign(sign: Sign) -> dict[str, Any]:
    return {"what": sign.what, "detail": sign.detail, "weight": sign.weight}


def _address(mailbox: MailAddress) -> dict[str, str]:
    return {"address": mailbox.address, "name": mailbox.name}
