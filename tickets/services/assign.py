"""Who works on a ticket."""

from __future__ import annotations

from types import EllipsisType

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from helpdesk.base.errors import Conflict
from helpdesk.staff.models import Team, User
from tickets.actors import Actor, operator
from tickets.events import record
from tickets.locks import lock, mark_locked
from tickets.models import FAR, Ticket, with_nobody


class Taken(Conflict):
    """Somebody was faster. `holder` has the ticket now, or nobody has."""

    def __init__(self, holder: User | None) -> None:
        words = _("%(name)s was faster and has it now.") % {"name": holder.name} if holder else _("Nobody has it any more.")
        super().__init__(words)
        self.holder = holder


@transaction.atomic
def assign(ticket: Ticket, *, to: User | None, by: Actor, over: int | None | EllipsisType = ...) -> Ticket:
    """Give the ticket to somebody, or to nobody.

    `over`: the id of who had it on the screen of the person who decides, None for nobody; `Taken` when somebody else has it since.
    """
    ticket = lock(ticket)
    before = ticket.assignee_id
    if before == (to.pk if to else None):
        return ticket
    if over is not ... and before != over and not is_left_behind(ticket):
        raise Taken(ticket.assignee)
    ticket.assignee = to
    record(ticket, "ticket.assigned", by=by, saving=["assignee"], assignee=to.pk if to else None, before=before)
    return ticket


def is_left_behind(ticket: Ticket) -> bool:
    """Whether it stands with an account that is closed, and so with nobody."""
    return ticket.assignee is not None and not ticket.assignee.is_active


def take_by_answering(ticket: Ticket, *, by: User) -> None:
    """Who answers a locked ticket that nobody has, has it from now on, unless its team wants it otherwise."""
    before = ticket.assignee_id
    if (before and not is_left_behind(ticket)) or (ticket.team and not ticket.team.answering_takes):
        return
    ticket.assignee = by
    record(ticket, "ticket.assigned", by=operator(by), saving=["assignee"], assignee=by.pk, before=before, answered=True)


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
