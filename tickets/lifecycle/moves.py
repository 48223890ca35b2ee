"""Which moves are legal, and who may ask for them. Rules and people choose among these; nothing else changes a status."""

from __future__ import annotations

from tickets.actors import ActorKind
from tickets.models import Status

NEW, WAITING, IN_PROGRESS, PENDING = Status.NEW, Status.WAITING, Status.IN_PROGRESS, Status.PENDING
ANSWERED, RESOLVED, CLOSED = Status.ANSWERED, Status.RESOLVED, Status.CLOSED

OPERATOR, PLAYER, FLOW, SYSTEM = ActorKind.OPERATOR, ActorKind.PLAYER, ActorKind.FLOW, ActorKind.SYSTEM
_STAFF = frozenset({OPERATOR, FLOW})
_ALL_OURS = frozenset({OPERATOR, FLOW, SYSTEM})
_ANYBODY = frozenset({OPERATOR, FLOW, SYSTEM, PLAYER})

MOVES: dict[tuple[Status, Status], frozenset[ActorKind]] = {  # (from, to): who may ask; the system is a timer, a rule or a failed message
    (NEW, WAITING): _STAFF,
    (NEW, IN_PROGRESS): _STAFF,
    (NEW, PENDING): _STAFF,
    (NEW, ANSWERED): _ALL_OURS,
    (NEW, RESOLVED): _ALL_OURS,
    (WAITING, IN_PROGRESS): _STAFF,
    (WAITING, PENDING): _STAFF,
    (WAITING, ANSWERED): _ALL_OURS,
    (WAITING, RESOLVED): _ALL_OURS,
    (IN_PROGRESS, WAITING): _STAFF,
    (IN_PROGRESS, PENDING): _STAFF,
    (IN_PROGRESS, ANSWERED): _STAFF,  # on hold nothing moves by a clock
    (IN_PROGRESS, RESOLVED): _STAFF,
    (PENDING, WAITING): _STAFF,
    (PENDING, IN_PROGRESS): _STAFF,
    (PENDING, ANSWERED): _STAFF,
    (PENDING, RESOLVED): _STAFF,
    (ANSWERED, WAITING): _ANYBODY,
    (ANSWERED, IN_PROGRESS): _STAFF,
    (ANSWERED, PENDING): _STAFF,
    (ANSWERED, RESOLVED): _ALL_OURS,
    (RESOLVED, WAITING): _ANYBODY,
    (RESOLVED, IN_PROGRESS): _STAFF,
    (RESOLVED, PENDING): _STAFF,
    (RESOLVED, ANSWERED): _ALL_OURS,
    (RESOLVED, CLOSED): _ALL_OURS,
}


def may(before: Status | str, after: Status | str, who: ActorKind) -> bool:
    """Whether `who` may move a ticket from `before` to `after`."""
    return who in MOVES.get((Status(before), Status(after)), frozenset())


def reachable(before: Status | str, who: ActorKind) -> list[Status]:
    """Where `who` may move a ticket in this status, in the order of the statuses."""
    return [status for status in Status if may(before, status, who)]
