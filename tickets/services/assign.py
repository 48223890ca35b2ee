"""Who works on a ticket."""

from __future__ import annotations

from types import EllipsisType

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from helpdesk.base import clock
from helpdesk.base.clock import seconds_between
from helpdesk.base.errors import Conflict
from helpdesk.staff.models import Team, User
from tickets.actors import Actor, operator
from tickets.events import NewEvent, Payload, change, change_many
from tickets.events.of_messages import MessageNoted, MessageWritten
from tickets.events.of_tickets import NextSkipped, NextTaken, TicketAssigned, TicketTeamSet, way
from tickets.locks import lock, mark_locked
from tickets.models import FAR, Event, Ticket, with_nobody


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
    give(ticket, to, by=by)
    return ticket


def is_left_behind(ticket: Ticket) -> bool:
    """Whether it stands with an account that is closed, and so with nobody."""
    return ticket.assignee is not None and not ticket.assignee.is_active


def give(ticket: Ticket, to: User | None, *, by: Actor) -> None:
    """Give a locked ticket to somebody else, or to nobody. Who puts back what “take next” gave them, without a word, has skipped it."""
    before, ticket.assignee = ticket.assignee_id, to
    said: list[Payload] = [TicketAssigned(assignee=ticket.assignee_id, before=before, how=way(ticket.assignee_id, by.person))]
    if to is None and before == by.person:
        said += _skipped(ticket, by)
    change_many([NewEvent(ticket, each, by) for each in said], fields=["assignee"])


def _skipped(ticket: Ticket, by: Actor) -> list[NextSkipped]:
    kinds = [TicketAssigned.kind, MessageWritten.kind, MessageNoted.kind]
    last = Event.objects.filter(ticket=ticket, kind__in=kinds, actor_kind=by.kind, actor_id=by.id).order_by("-pk").first()
    if last is None or last.kind != TicketAssigned.kind or TicketAssigned.of(last).how != "next":
        return []
    return [NextSkipped(kept=seconds_between(last.at, clock.now()))]


def take_by_answering(ticket: Ticket, *, by: Actor) -> list[NewEvent]:
    """The person who answers a locked ticket that nobody has, has it from now on, unless its team wants it otherwise.

    The caller saves `assignee` and records what is returned with what the answer itself tells.
    """
    before = ticket.assignee_id
    if by.person is None or (before and not is_left_behind(ticket)) or (ticket.team and not ticket.team.answering_takes):
        return []
    ticket.assignee_id = by.person
    return [NewEvent(ticket, TicketAssigned(assignee=by.person, before=before, how="answered"), by)]


@transaction.atomic
def set_team(ticket: Ticket, *, to: Team | None, by: Actor) -> Ticket:
    """Give the ticket to a team; whoever had it keeps it."""
    ticket = lock(ticket)
    before = ticket.team_id
    if before == (to.pk if to else None):
        return ticket
    ticket.team = to
    change(ticket, TicketTeamSet(team=ticket.team_id, before=before), fields=["team"], by=by)
    return ticket


@transaction.atomic
def take_next(candidates: QuerySet[Ticket], *, to: User) -> Ticket | None:
    """Give somebody the longest waiting of `candidates` (what they may answer) that nobody has; two people never get the same."""
    waiting = candidates.filter(with_nobody(), status__in=["new", "waiting"], waiting_key__lt=FAR, merged_into=None)
    ticket = waiting.order_by("waiting_key", "pk").select_for_update(skip_locked=True, of=("self",)).first()
    if ticket is None:
        return None
    mark_locked(ticket)
    before, ticket.assignee = ticket.assignee_id, to
    taken = TicketAssigned(assignee=to.pk, before=before, how="next")
    waited = NextTaken(waited=seconds_between(ticket.waiting_key, clock.now()))
    change_many([NewEvent(ticket, said, operator(to)) for said in (taken, waited)], fields=["assignee"])
    return ticket
