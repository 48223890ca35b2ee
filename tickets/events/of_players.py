"""What happens to a player: of no ticket, in the order in which it happened to him."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tickets.events.kinds import BlockId, Payload, TicketId, fact, kind


@kind("player.blocked")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerBlocked(Payload):
    """Somebody decided that what the player writes is set aside."""

    block: BlockId = fact("which says why, and by whom")
    until: datetime = fact("when it ends, unless it is lifted before")
    ticket: TicketId = fact("the ticket on which it was decided")


@kind("player.unblocked")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerUnblocked(Payload):
    """What the player writes comes in again: the block was lifted by an operator, or was over by itself (then the desk did it)."""

    block: BlockId = fact("which")
    aside: int = fact("so many messages were set aside and wait to be brought in")
