"""What becomes of a mail of ours and of its address when something is said of it: one table, for whoever says it.

Only what speaks of the address itself marks it. What may pass, what a filter or a policy held against us, and what nobody explained,
says nothing against the player's mailbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from helpdesk.base import clock
from helpdesk.base.bounds import EARLIEST
from helpdesk.base.text import fold
from players.models import Address
from players.services import mark_address
from tickets.mail.outbound.reports import Report
from tickets.models import Message
from tickets.services import delivery_updates

State = Address.State


class Fate(Enum):
    """What becomes of a message."""

    ARRIVED = "arrived"
    SEEN = "seen"
    UNWANTED = "unwanted"
    CAME_BACK = "came back"


@dataclass(frozen=True, slots=True)
class Meaning:
    """`address`: the state it gets, from one of the states in `over`; None: nothing becomes of it."""

    message: Fate
    address: State | None = None
    over: frozenset[State] = frozenset(State)


MEANING: dict[Report, Meaning] = {
    Report.DELIVERED: Meaning(Fate.ARRIVED, State.GOOD, over=frozenset({State.BOUNCED})),  # it lives; who complained has not taken it back
    Report.OPENED: Meaning(Fate.SEEN),
    Report.COMPLAINED: Meaning(Fate.UNWANTED, State.COMPLAINED),
    Report.GONE: Meaning(Fate.CAME_BACK, State.BOUNCED, over=frozenset({State.GOOD, State.BOUNCED})),
    Report.SUPPRESSED: Meaning(Fate.CAME_BACK, State.BOUNCED, over=frozenset({State.GOOD, State.BOUNCED})),
    Report.FULL: Meaning(Fate.CAME_BACK),
    Report.SOFT: Meaning(Fate.CAME_BACK),
    Report.POLICY: Meaning(Fate.CAME_BACK),
    Report.TOO_LARGE: Meaning(Fate.CAME_BACK),
    Report.UNEXPLAINED: Meaning(Fate.CAME_BACK),
}


def hear(message: Message, report: Report, *, at: datetime | None, reason: str = "", recipient: str = "") -> None:
    """Do to a message of ours and to its address what the table says. In any order, any number of times.

    `recipient` is to whom it had been sent, where that is told: news of a journey to another address than the message has by now say
    nothing of the message.
    """
    at = believed(at)
    if recipient and fold(recipient) != fold(message.to_address):
        mark(recipient, report, at=at, reason=reason)
        return
    match MEANING[report].message:  # the ticket's lock comes before the address's
        case Fate.ARRIVED:
            delivery_updates.delivered(message.pk, at)
        case Fate.SEEN:
            delivery_updates.opened(message.pk, at)
        case Fate.UNWANTED:
            delivery_updates.complained(message.pk, at)
        case Fate.CAME_BACK:
            delivery_updates.bounced(message.pk, at, reason=reason)
    mark(message.to_address, report, at=at, reason=reason)


def mark(address: str, report: Report, *, at: datetime, reason: str) -> None:
    """The address's part alone: of a message that has failed already."""
    meaning = MEANING[report]
    if meaning.address is None or not address:
        return
    if meaning.address == State.GOOD and not Address.objects.filter(address__iexact=address, state__in=meaning.over).exists():
        return  # as nearly always
    mark_address(address, meaning.address, reason=reason, at=at, over=meaning.over)


def believed(at: datetime | None) -> datetime:
    """The other side's time where it can be believed."""
    now = clock.now()
    return min(at, now) if at is not None and at.tzinfo is not None and at >= EARLIEST else now
