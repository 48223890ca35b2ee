"""Taking back what was just done to a ticket by hand: its status, its priority and who has it stand again as they stood.

Only where nobody has done anything since; the player's next message, a colleague's move, a clock that moved it all count.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.errors import Conflict
from helpdesk.staff.models import User
from tickets.actors import Actor, ActorKind
from tickets.events.of_messages import MessageHeld, MessageReceived, MessageWritten
from tickets.events.of_tickets import TicketAssigned, TicketMerged, TicketMoved, TicketPrioritySet, TicketTeamSet
from tickets.lifecycle import promises, waiting
from tickets.lifecycle.machine import move
from tickets.lifecycle.pending import PendingInfo
from tickets.locks import lock
from tickets.models import ON_HOLD, Event, Pledge, Priority, Status, Ticket
from tickets.services.assign import give
from tickets.services.edit import set_priority

_ANYBODYS = (TicketMoved, TicketPrioritySet, TicketAssigned, TicketTeamSet, TicketMerged, MessageReceived)
CHANGES = Q(kind__in=[payload.kind for payload in _ANYBODYS]) | Q(
    kind__in=[MessageWritten.kind, MessageHeld.kind], actor_kind=ActorKind.OPERATOR
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stood at a moment, before something was done to it; plain values, so that a session can keep it."""

    pk: int
    status: str
    assignee: int | None
    pending_on: str
    pending_until: str
    pending_told: str
    at: str
    upto: int = 0  # the ticket's last event when it was done
    pending_department: int | None = None
    hold_reason: int | None = None
    promise: int | None = None
    priority: int | None = None  # None: the former release has kept it

    @classmethod
    def of(cls, ticket: Ticket) -> Standing:
        """How it stands now."""
        until = ticket.pending_until.isoformat() if ticket.pending_until else ""
        facts = (ticket.pending_on, until, ticket.pending_told, clock.now().isoformat(), ticket.last_event_id, ticket.pending_department_id)
        promise = promises.open_of(ticket)
        held = (ticket.hold_reason_id, promise.pk if promise else None, ticket.priority)
        return cls(ticket.pk, ticket.status, ticket.assignee_id, *facts, *held)

    def without_words(self) -> dict[str, Any]:
        """The same without what anybody wrote, for a row that names ids only; `with_words` finds that again."""
        said = {name: value for name, value in asdict(self).items() if name not in {"pending_on", "pending_told"}}
        if self.status == Status.PENDING:
            said["pledge"] = Pledge.objects.filter(ticket=self.pk).order_by("-pk").values_list("pk", flat=True).first()
        return said

    @classmethod
    def with_words(cls, said: dict[str, Any]) -> Standing:
        """What `without_words` has kept."""
        facts = {name: value for name, value in said.items() if name != "pledge"}
        pledge = Pledge.objects.filter(pk=said["pledge"]).first() if said.get("pledge") else None
        return cls(pending_on=pledge.on if pledge else "", pending_told=pledge.told if pledge else "", **facts)

    def pending_info(self) -> PendingInfo | None:
        """What it said on hold, as `set_status` takes it; None unless it was."""
        until = datetime.fromisoformat(self.pending_until) if self.pending_until else None
        info = PendingInfo(self.pending_on, until, self.pending_told, self.pending_department, self.hold_reason)
        return info if self.status in ON_HOLD else None


@transaction.atomic
def take_back(before: Standing, ticket: Ticket, *, by: Actor) -> Ticket:
    """Let the ticket stand as it stood. Conflict when somebody has changed it since."""
    ticket = lock(ticket)
    if Event.objects.filter(CHANGES, ticket=ticket, pk__gt=before.upto).exists():
        raise Conflict(_("It has changed since; nothing was taken back there."))
    waiting.mark_reply_needed(ticket, by=by, since=datetime.fromisoformat(before.at))
    if before.promise and ticket.promised_until is None and (promise := Pledge.objects.filter(pk=before.promise, ticket=ticket).first()):
        promises.reopen(ticket, promise, by=by)
    if before.priority is not None:
        ticket = set_priority(ticket, Priority(before.priority), by=by)
    if ticket.status != before.status:
        move(ticket, Status(before.status), by=by, pending=before.pending_info(), back=True)
    if ticket.assignee_id != before.assignee:
        give(ticket, User.objects.filter(pk=before.assignee).first() if before.assignee else None, by=by)
    return ticket
