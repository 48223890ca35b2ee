"""A stranger's mail is read in a child with limits. What breaks them is shown by its beginning, and says so; the raw mail stays whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from helpdesk.base import pictures
from helpdesk.base.pictures import Patience
from helpdesk.base.sandbox import Apart, Limits, Spent, Workshop
from tickets.mail.parse import ParsedMail
from tickets.mail.parse.plainly import read_plainly
from tickets.services.attachments import FILES_PER_MESSAGE, drawn, type_of

LIGHT_SECONDS = 1.0  # of the processor, for a mail that was thought to be light
LIMITS = Limits(seconds=3.0, memory=300_000_000, patience=60.0, answer=150_000_000)

_reading_room = Workshop("tickets.mail.parse.child", LIMITS)


class TooHeavy(Exception):
    """It was thought to be light, and is not: it has to wait for its turn among the heavy ones."""


def read_mail(raw: bytes, own_addresses: frozenset[str], languages: Sequence[str] = ()) -> ParsedMail:
    """What a mail says, for whoever wants to know only that. Nothing is raised for any bytes."""
    try:
        return _read(raw, own_addresses, languages, LIMITS.seconds, again=True)[0]
    except Spent as reason:
        return read_plainly(raw, f"read only in part: {reason}")


def take_apart(raw: bytes, own_addresses: frozenset[str], languages: Sequence[str] = (), *, again: bool, light: bool) -> ParsedMail:
    """The mail with its pictures drawn anew, for keeping. One budget is for all of it: pictures for which no time is left stay as they are.

    Who reads it for the first time says so by `again=False`: where the child was ended from outside, Broken is raised for another try.
    A `light` one that takes long or has pictures raises TooHeavy.
    """
    try:
        mail, spent = _read(raw, own_addresses, languages, LIGHT_SECONDS if light else LIMITS.seconds, again=again)
    except Spent as reason:
        if light:
            raise TooHeavy from reason
        mail, spent = read_plainly(raw, f"read only in part: {reason}"), LIMITS.seconds
    if light and any(type_of(file.name, file.content) in pictures.FORMATS for file in mail.attachments):
        raise TooHeavy
    patience = Patience(LIMITS.seconds - spent)
    files = [
        replace(file, drawn=drawn(file.name, file.content, patience)) if number < FILES_PER_MESSAGE else file
        for number, file in enumerate(mail.attachments)
    ]
    return replace(mail, attachments=tuple(files)) if files else mail


def _read(raw: bytes, own_addresses: frozenset[str], languages: Sequence[str], seconds: float, *, again: bool) -> tuple[ParsedMail, float]:
    """The mail and the processor's seconds that reading it took."""
    try:
        return _reading_room.ask("read", raw, tuple(sorted(own_addresses)), tuple(languages), answer=ParsedMail, seconds=seconds)
    except Spent:
        raise
    except Apart as reason:
        if not again:
            raise
        return read_plainly(raw, f"read only in part: {reason}"), seconds
