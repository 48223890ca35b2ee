"""Who works on a ticket."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from helpdesk.staff.models import Team, User
from tickets.actors import Actor, operator
from tickets.events import record
from tickets.locks import lock, mark_locked
from tickets.models import FAR, Ticket, with_nobody


@transaction.atomic
def assign(ticket: Ticket, *, to: User | None, by: Actor) -> Ticket:
    """Give the ticket to somebody, or to nobody."""
    ticket = lock(ticket)
    before = ticket.assignee_id
    if before == (to.pk if to else None):
        return ticket
    ticket.assignee = to
    record(ticket, "ticket.assigned", by=by, saving=["assignee"], assignee=to.pk if to else None, before=before)
    return ticket


@transaction.atomic
def set_team(ticket: Ticket, *, to: Team | None, by: Actor) -> Ticket:
    """Give the ticket to a team; whoever had it keeps it."""
    ticket = lock(ticket)
    before = ticket.team_id
    if before == (to.pk if to else None):
        return ticket
    ticket.team = to
    record(ticket, "ticket.team_set", by=by, saving=["team"], team=to.pk if to else None, before=before)
    return ticket


@transaction.atomic
def take_next(candidates: QuerySet[Ticket], *, by: User) -> Ticket | None:
    """The longest waiting of `candidates` (what this person may answer) that nobody has; two people never get the same."""
    waiting = candidates.filter(with_nobody(), status__in=["new", "waiting"], waiting_key__lt=FAR, merged_into=None)
    ticket = waiting.order_by("waiting_key", "pk").select_for_update(skip_locked=True, of=("self",)).first()
    if ticket is None:
        return None
    mark_locked(ticket)
    before = ticket.assignee_id
    ticket.assignee = by
    record(ticket, "ticket.assigned", by=operator(by), saving=["assignee"], assignee=by.pk, before=before, taken=True)
    return ticket
