"""What the desk would make of a mail, as plain data: for `explain_mail`, and for the administrators' page that shows the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tickets.mail.judge import Threads, judge
from tickets.mail.parse import MailAddress, ParsedMail
from tickets.mail.reading import read_mail


def explain(
    raw: bytes, own_addresses: frozenset[str], *, file: str = "", threads: Threads | None = None, languages: Sequence[str] = ()
) -> dict[str, Any]:
    """The facts of a mail and what becomes of it. Nothing is written."""
    return explain_parsed(read_mail(raw, own_addresses, languages), file=file, threads=threads)


def explain_parsed(mail: ParsedMail, *, file: str = "", threads: Threads | None = None) -> dict[str, Any]:
    judgement = judge(mail, threads)
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
        "auto_reply": mail.auto_reply,
        "bounce": {"address": bounce.address, "status": bounce.status, "permanent": bounce.permanent} if bounce else None,
    }


def _address(mailbox: MailAddress) -> dict[str, str]:
    return {"address": mailbox.address, "name": mailbox.name}
