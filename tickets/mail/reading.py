"""A stranger's mail is read in a child with limits. What breaks them is shown by its beginning, and says so; the raw mail stays whole."""

from __future__ import annotations

from dataclasses import replace

from helpdesk.base.apart import Apart, Limits, Spent, Workshop
from helpdesk.base.pictures import Patience
from tickets.mail.parse import ParsedMail
from tickets.mail.parse.plainly import read_plainly
from tickets.services.attachments import FILES_PER_MESSAGE, drawn

LIMITS = Limits(seconds=3.0, memory=300_000_000, answer=150_000_000)

_reading_room = Workshop("tickets.mail.parse.child", LIMITS)


def read_mail(raw: bytes, own_addresses: frozenset[str]) -> ParsedMail:
    """What a mail says, for whoever wants to know only that. Nothing is raised for any bytes."""
    return _read(raw, own_addresses, again=True)[0]


def take_apart(raw: bytes, own_addresses: frozenset[str], *, again: bool) -> ParsedMail:
    """The mail with its pictures drawn anew, for keeping. One budget is for all of it: pictures for which no time is left stay as they are.

    Who reads it for the first time says so by `again=False`: where the child was ended from outside, Broken is raised for another try.
    """
    mail, spent = _read(raw, own_addresses, again=again)
    patience = Patience(LIMITS.seconds - spent)
    files = [
        replace(file, drawn=drawn(file.name, file.content, patience)) if number < FILES_PER_MESSAGE else file
        for number, file in enumerate(mail.attachments)
    ]
    return replace(mail, attachments=tuple(files)) if files else mail


def _read(raw: bytes, own_addresses: frozenset[str], *, again: bool) -> tuple[ParsedMail, float]:
    """The mail and the processor's seconds. What breaks a limit would break it the next time too, so its beginning is read at once."""
    try:
        return _reading_room.ask("read", raw, tuple(sorted(own_addresses)), answer=ParsedMail)
    except Apart as reason:
        if not again and not isinstance(reason, Spent):
            raise
        return read_plainly(raw, f"read only in part: {reason}"), LIMITS.seconds
