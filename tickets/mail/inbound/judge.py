"""What becomes of a mail, before anything is written: the page that explains a mail and the inbox that takes it in ask the same."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from tickets.mail.addressing import first_reply_token, read_own_mark
from tickets.mail.parse import AutoReply, ParsedMail
from tickets.mail.parse.bounces import told_reason
from tickets.mail.parse.machines import within

NO_GAME = "no game has the address it was sent to"
SENDER_BLOCKED = "its sender is blocked"


class Outcome(TextChoices):
    OPEN = "open", _("Opens a ticket")
    REPLY = "reply", _("Continues a ticket")
    IGNORE = "ignore", _("Ignored")
    BOUNCE = "bounce", _("Bounce")
    PARK = "park", _("Parked")
    DISMISS = "dismiss", _("Dismissed")


@dataclass(frozen=True, slots=True)
class Known:
    """What the desk's tables know of a mail; see `lookup.known_of`.

    `ticket` is the number of the ticket that it continues and `how` why, `subjects` are those of that conversation. `own`: its Message-ID
    is one of ours. `strange`: it names a mail that somebody else wrote to us. `gameless`: none of our addresses says for which game it is.
    `block`: the id of the block under which its writer stands.
    """

    ticket: str = ""
    how: str = ""
    subjects: tuple[str, ...] = ()
    own: bool = False
    strange: bool = False
    gameless: bool = False
    block: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """`reason` says why in words; `ticket` is the number of the ticket that the mail continues; `auto` what speaks for a machine; `block`
    for which block it is set aside."""

    outcome: Outcome
    reason: str
    ticket: str | None = None
    auto: AutoReply | None = None
    block: int | None = None


def judge(mail: ParsedMail, known: Known | None = None, *, by_person: bool = False) -> Judgement:
    """What becomes of the mail, and why.

    Bounces and machines first, then what nobody could read, what a blocked player wrote, then the ticket it belongs to.

    Without `known` only what the headers prove is believed: a signed reply address, a signed mark of our own. `by_person`: somebody has
    read it and says that a person wrote it, so nothing of it is ignored or taken for a report.
    """
    auto = within(mail.auto, mail.subject, known.subjects if known else ())
    if by_person:
        return _by_thread(mail, known, None)
    return _without_answer(mail, known, auto) or _set_aside(known, auto) or _by_thread(mail, known, auto)


def _without_answer(mail: ParsedMail, known: Known | None, auto: AutoReply | None) -> Judgement | None:
    """What no ticket comes of."""
    if mail.bounce is not None:
        return Judgement(Outcome.BOUNCE, told_reason(mail.bounce), auto=auto)
    if read_own_mark(mail.own_mark) or (known and known.own):
        return Judgement(Outcome.IGNORE, "own mail come back", auto=auto)
    if auto is not None and auto.certain:
        return Judgement(Outcome.IGNORE, auto.reason, auto=auto)
    if not mail.readable:
        return Judgement(Outcome.PARK, "nothing in it that a person could read", auto=auto)
    return None


def _set_aside(known: Known | None, auto: AutoReply | None) -> Judgement | None:
    return Judgement(Outcome.PARK, SENDER_BLOCKED, auto=auto, block=known.block) if known and known.block else None


def _by_thread(mail: ParsedMail, known: Known | None, auto: AutoReply | None) -> Judgement:
    if known and known.ticket:
        return Judgement(Outcome.REPLY, known.how or f"continues {known.ticket}", known.ticket, auto)
    if known is None and (token := ticket_by_token(mail)):
        return Judgement(Outcome.REPLY, f"signed reply address of {token}", token, auto)
    if known and known.gameless:
        return Judgement(Outcome.PARK, NO_GAME, auto=auto)
    return Judgement(Outcome.OPEN, _why_new(mail, known), auto=auto)


def _why_new(mail: ParsedMail, known: Known | None) -> str:
    if mail.on_behalf:
        return "a new conversation, from an address of ours for the one in Reply-To"
    if mail.writer_signs:
        return "a new conversation, sent by a form or a group for its writer"
    if known and known.strange:
        return "a new conversation, for it answers somebody else's mail"
    return "answers nothing that we know" if mail.thread_ids else "a new conversation"


def ticket_by_token(mail: ParsedMail, recipient: str = "") -> str | None:
    """The ticket whose signed reply address the mail was sent to; the envelope's recipient counts first."""
    return first_reply_token((recipient, *(each.address for each in (*mail.to, *mail.cc)), *mail.delivered_to))
