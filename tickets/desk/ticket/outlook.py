"""What happens next to a ticket, when, and what would change that: read from its status, its timers and its messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from helpdesk.base.worded import Worded
from tickets.models import Message, Status, Ticket, Timer
from tickets.timers import kind_of

_timers = Worded(lambda ticket: Timer.objects.filter(ticket=ticket).select_related("rule").order_by("due_at"))


@dataclass(frozen=True, slots=True)
class Prospect:
    """One thing that will happen, or that will not. `at` is shown after the words; `late`: it should have happened."""

    icon: str
    words: str
    at: datetime | None = None
    late: bool = False


def outlook(ticket: Ticket, timers: Sequence[Timer], messages: Sequence[Message] = ()) -> list[Prospect]:
    """The nearest first. The first of them is the headline under the subject."""
    if ticket.player.erased_at:
        return [Prospect("eraser", _("The player's data were erased. Nothing follows."))]
    return [*_leaving(messages), *_standing(ticket), *_timed(ticket, timers), *_after_the_end(ticket)]


def timers_of(ticket: Ticket) -> list[Timer]:
    """The ticket's timers with their rules; one query."""
    return _timers(ticket.pk)


def _leaving(messages: Sequence[Message]) -> list[Prospect]:
    """Replies that have not left yet, and the status they bring."""
    found = []
    for message in messages:
        if message.kind != Message.Kind.REPLY or message.state not in {Message.State.QUEUED, Message.State.HELD}:
            continue
        then = Status(message.then_status).label if message.then_status else ""
        if message.state == Message.State.HELD and message.purpose != Message.Purpose.ANSWER:
            found.append(Prospect("hand", _("An automatic message is held and does not leave by itself.")))
        elif message.state == Message.State.HELD:
            found.append(Prospect("hand", _("A reply is held until somebody releases it; the player still waits.")))
        elif then:
            found.append(Prospect("send", _("When the reply has left, the ticket becomes “%(status)s”.") % {"status": then}))
    return found


def _standing(ticket: Ticket) -> list[Prospect]:
    match ticket.status:
        case Status.PENDING:
            late = ticket.overdue
            if ticket.pending_until is None:
                return [Prospect("hourglass", _("%(who)s owes an answer; no day was named.") % {"who": ticket.pending_on})]
            words = _("%(who)s owed an answer by") if late else _("%(who)s owes an answer by")
            return [Prospect("hourglass", words % {"who": ticket.pending_on}, ticket.pending_until, late)]
        case Status.IN_PROGRESS:
            if ticket.pending_until is None:
                return [Prospect("timer-off", _("Being checked: nothing closes it meanwhile."))]
            words = _("We meant to look again by") if ticket.overdue else _("We look again by")
            return [Prospect("hourglass", words, ticket.pending_until, ticket.overdue)]
        case _:
            return [_still_waits(ticket)] if ticket.waiting_since else []


def _still_waits(ticket: Ticket) -> Prospect:
    match ticket.status:
        case Status.ANSWERED:
            return Prospect("triangle-alert", _("The player still waits: a message of ours did not arrive."), late=True)
        case Status.RESOLVED:
            return Prospect(
                "triangle-alert",
                _("Nothing closes it: a message of the player is neither answered nor excused."),
                late=True,
            )
        case _:
            return Prospect("timer-off", _("Nothing closes it while the player waits."))


def _timed(ticket: Ticket, timers: Sequence[Timer]) -> list[Prospect]:
    found = []
    for timer in timers:
        kind = kind_of(timer)
        if kind and kind.words and timer.due_at:
            icon, words = kind.words(timer)
            found.append(Prospect(icon, words, timer.due_at))
        elif timer.left is not None:
            found.append(Prospect("pause", _("A timer stands still while the ticket is on hold.")))
    return found


def _after_the_end(ticket: Ticket) -> list[Prospect]:
    if ticket.merged_into_id:
        return [Prospect("merge", _("It was merged into another ticket."))]
    if ticket.status == Status.CLOSED:
        return [Prospect("archive", _("Closed for good: what the player writes now opens a follow-up that is linked here."))]
    if ticket.status in {Status.ANSWERED, Status.RESOLVED} and not ticket.waiting_since:
        return [Prospect("corner-up-left", _("When the player writes, it comes back as waiting."))]
    return []
