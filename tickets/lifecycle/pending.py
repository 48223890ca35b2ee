"""What a ticket says that is put on hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class PendingInfo:
    """Who owes an answer, until when, and what the player was told. `department`: its id, if it is one of the list.

    One that is `in_progress` owes nobody but us: it names no department, and `until` is when we look again. `reason`: the id of why.
    """

    on: str = ""
    until: datetime | None = None
    told: str = ""
    department: int | None = None
    reason: int | None = None

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        """What a ticket on hold says."""
        return cls(ticket.pending_on, ticket.pending_until, ticket.pending_told, ticket.pending_department_id, ticket.hold_reason_id)

    @property
    def promise(self) -> Self:
        """That of it which a promise to the player says: why it takes so long is not his business."""
        return replace(self, reason=None)
