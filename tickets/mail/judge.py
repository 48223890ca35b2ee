"""What becomes of a mail, before anything is written: the page that explains a mail and the inbox that takes it in ask the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from tickets.mail.addressing import first_reply_token, is_own_message_id
from tickets.mail.parse import ParsedMail
from tickets.mail.parse.bounces import told_reason

Threads = Callable[[ParsedMail], str | None]


class Outcome(TextChoices):
    OPEN = "open", _("Opens a ticket")
    REPLY = "reply", _("Continues a ticket")
    IGNORE = "ignore", _("Ignored")
    BOUNCE = "bounce", _("Bounce")
    PARK = "park", _("Parked")


@dataclass(frozen=True, slots=True)
class Judgement:
    """`reason` says why in words; `ticket` is the number of the ticket that the mail continues."""

    outcome: Outcome
    reason: str
    ticket: str | None = None


def judge(mail: ParsedMail, threads: Threads | None = None) -> Judgement:
    """What becomes of the mail, and why.

    Bounces and machines first, then what nobody could read, then the ticket it belongs to.

    `threads` looks the mail's references up and gives the ticket's number. Without it only what the headers prove is believed:
    a signed reply address, or a reference in the form of our own ids.
    """
    return _without_answer(mail) or _by_thread(mail, threads)


def _without_answer(mail: ParsedMail) -> Judgement | None:
    """What no ticket comes of."""
    if mail.bounce is not None:
        return Judgement(Outcome.BOUNCE, told_reason(mail.bounce))
    if is_own_message_id(mail.message_id or "") or is_own_message_id(mail.own_mark):
        return Judgement(Outcome.IGNORE, "own mail come back")
    if mail.auto is not None and mail.auto.certain:
        return Judgement(Outcome.IGNORE, mail.auto.reason)
    if not mail.readable:
        return Judgement(Outcome.PARK, "nothing in it that a person could read")
    return None


def _by_thread(mail: ParsedMail, threads: Threads | None) -> Judgement:
    number = threads(mail) if threads else None
    if number:
        return Judgement(Outcome.REPLY, f"continues {number}", number)
    if token := ticket_by_token(mail):
        return Judgement(Outcome.REPLY, f"signed reply address of {token}", token)
    if threads is None and (known := next((each for each in mail.thread_ids if is_own_message_id(each)), None)):
        return Judgement(Outcome.REPLY, f"answers {known}")
    if mail.on_behalf:
        return Judgement(Outcome.OPEN, "a new conversation, from an address of ours for the one in Reply-To")
    return Judgement(Outcome.OPEN, "answers nothing that we know" if mail.thread_ids else "a new conversation")


def ticket_by_token(mail: ParsedMail, recipient: str = "") -> str | None:
    """The ticket whose signed reply address the mail was sent to; the envelope's recipient counts first."""
    return first_reply_token((recipient, *(each.address for each in (*mail.to, *mail.cc)), *mail.delivered_to))
