"""What a report about a mail of ours means, whoever tells it: a mail that came back, a provider, the server that refused it.

One table says what becomes of the message and of the address. Only what speaks of the address itself marks it: what may pass, what a
filter or a policy held against us, and what nobody explained, says nothing against the player's mailbox.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from helpdesk.base import clock
from helpdesk.base.bounds import EARLIEST
from players.models import Address
from players.services import mark_address
from tickets.models import Message
from tickets.services import delivery_updates

State = Address.State


class Report(Enum):
    """What is said of a mail."""

    DELIVERED = "delivered"
    OPENED = "opened"
    COMPLAINED = "complained"  # its reader calls it spam
    GONE = "gone"  # there is no such mailbox, or it is closed
    SUPPRESSED = "suppressed"  # the provider does not even try: the address stands on a list of its own
    FULL = "full"
    SOFT = "soft"  # it may pass: a network, a machine of theirs
    POLICY = "policy"  # who we are or what we wrote
    TOO_LARGE = "too large"
    UNEXPLAINED = "unexplained"


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

_CODE = re.compile(r"(?<![\d.])([45])\.(\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.:/-])([45])\d\d(?=[ -]|$)")
CODES: dict[str, Report] = {  # RFC 3463 and its registry, without the class
    **dict.fromkeys(("1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4"), Report.GONE),
    "2.2": Report.FULL,
    **dict.fromkeys(("2.3", "3.4"), Report.TOO_LARGE),
    **dict.fromkeys(("1.7", "1.8"), Report.POLICY),  # the sender's address
}
WORDS: tuple[tuple[Report, re.Pattern[str]], ...] = tuple(
    (report, re.compile(pattern, re.IGNORECASE))
    for report, pattern in (
        (Report.FULL, r"quota|mailbox (?:is )?full|over limit"),
        (Report.TOO_LARGE, r"too (?:large|big)|size limit|message size"),
        (Report.POLICY, r"spam|blocked|blacklist|blocklist|policy|reputation|dmarc|\bspf\b"),
        (
            Report.GONE,
            r"(?:no such|unknown|invalid|non-?existent|not a valid) (?:user|mailbox|recipient|address|account)"
            r"|(?:user|mailbox|recipient|address|account)\b[^.\n]{0,60} "
            r"(?:unknown|not found|does(?: not|n't) exist|disabled|inactive|suspended)"
            r"|\b5\.4\.1\b.{0,80}recipient address rejected",  # of a large house that lets no stranger ask who lives there
        ),
    )
)


def report_in(said: str, status: str = "") -> Report:
    """What a server's words about a mail that it does not take mean. `status` is the enhanced code where that is known apart.

    The code decides where it says one thing only, then the words, then the code's class.
    """
    found = _CODE.search(status) or _CODE.search(said)
    kind, detail = (found[1], found[2]) if found else ((reply[1] if (reply := _REPLY.search(said)) else ""), "")
    known = CODES.get(detail)
    if kind == "4":
        return Report.FULL if known == Report.FULL else Report.SOFT
    if known:
        return known
    told = f"{found[0]} {said}" if found else said
    by_words = next((report for report, pattern in WORDS if pattern.search(told)), None)
    if by_words:
        return by_words
    subject = detail.partition(".")[0]
    return {"7": Report.POLICY, "3": Report.SOFT, "4": Report.SOFT}.get(subject, Report.UNEXPLAINED)


def hear(message: Message, report: Report, *, at: datetime | None, reason: str = "") -> None:
    """Do to a message of ours and to its address what the table says. In any order, any number of times."""
    at = believed(at)
    match MEANING[report].message:
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
