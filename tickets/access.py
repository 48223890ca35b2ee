"""The only door to tickets: rows come through here, so that list, page, search and export agree."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from helpdesk.base.errors import NotAllowed
from helpdesk.base.worded import Worded
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, Scope, scope_for
from helpdesk.studio.models import Game
from tickets.locks import asked_by, end_of_merges
from tickets.models import Attachment, Draft, Message, Status, Ticket


def scope_q(user: User, right: Right = Right.VIEW) -> Q:
    """The condition on tickets under which this person has the right."""
    return scope_for(user, right).q()


def through_ticket(scope: Scope) -> Q:
    """The same for rows that point to their ticket by `ticket`."""
    return scope.q(game="ticket__game_id", team="ticket__team_id", language="ticket__language", topic="ticket__topic_id")


def visible_tickets(user: User, *rights: Right) -> QuerySet[Ticket]:
    """The tickets for which this person has all of these rights; seeing is always asked."""
    tickets = Ticket.objects.filter(scope_q(user, Right.VIEW))
    for right in rights:
        tickets = tickets if right == Right.VIEW else tickets.filter(scope_q(user, right))
    return tickets


def held_tickets(person: User) -> QuerySet[Ticket]:
    """The tickets that stand with this person and are not closed, whatever others may see of them: for handing them over."""
    return Ticket.objects.filter(assignee=person, merged_into=None).exclude(status=Status.CLOSED)


def open_in(game: Game) -> QuerySet[Ticket]:
    """The tickets of a game that are not closed, whatever anybody may see of them: for counting them."""
    return Ticket.objects.filter(game=game, merged_into=None).exclude(status=Status.CLOSED)


def ticket_for(user: User, number: str, right: Right = Right.VIEW) -> Ticket:
    """The ticket of this number, if this person has the right for this very row; else a 404 that tells nothing."""
    ticket = find_ticket(user, number, right)
    if ticket is None:
        raise Http404
    return ticket


def find_ticket(user: User, number: str, right: Right = Right.VIEW) -> Ticket | None:
    """As `ticket_for`; None instead of the 404, for who has just seen it and shows where it went."""
    seeing, scope = scope_for(user, Right.VIEW), scope_for(user, right)
    if seeing.nothing or scope.nothing:
        return None
    for ticket in _within(seeing, scope)(number.upper()):
        asked_by(ticket, lambda other: may(user, other, Right.VIEW) and may(user, other, right))
        return ticket
    return None


@lru_cache(maxsize=256)
def _within(seeing: Scope, scope: Scope) -> Worded[Ticket]:
    """The ticket of a number, with all that a page shows of it, for whoever holds two rights just there. Worded once for all of them."""
    tickets = Ticket.objects.filter(seeing.q(), scope.q()).select_related(
        "game", "player", "contact", "assignee", "team", "topic", "hold_reason"
    )
    return Worded(lambda number: tickets.filter(number=number))


def may(user: User, ticket: Ticket, right: Right) -> bool:
    """Whether this person has the right for this ticket."""
    scope = scope_for(user, right)
    return scope.allows(game_id=ticket.game_id, team_id=ticket.team_id, language=ticket.language, topic_id=ticket.topic_id)


STATUS_RIGHTS = {Status.PENDING: Right.SET_PENDING, Status.RESOLVED: Right.SET_RESOLVED, Status.CLOSED: Right.SET_CLOSED}
"""The statuses that take a right of their own, by hand and with a reply; the others take none beside."""


def settable(user: User, ticket: Ticket, statuses: Iterable[Status]) -> list[Status]:
    """Those of these statuses to which this person may bring this ticket, as far as rights are concerned."""
    return [to for to in statuses if to not in STATUS_RIGHTS or may(user, ticket, STATUS_RIGHTS[to])]


def demand_settable(user: User, ticket: Ticket, to: str) -> None:
    """NotAllowed unless this person may bring the ticket to this status; asked again of the one that it was merged into meanwhile."""
    if right := STATUS_RIGHTS.get(Status(to)):
        if not may(user, ticket, right):
            raise NotAllowed(_("Your roles do not let you bring a ticket to “%(status)s”.") % {"status": Status(to).label})
        asked_by(ticket, lambda other: may(user, other, right))


def message_for(user: User, number: str, pk: int, right: Right = Right.VIEW) -> Message:
    """A message of a ticket for which this person has the right, and if the ticket was merged, has it where the message is shown too.

    A note also takes the right to see notes.
    """
    ticket = ticket_for(user, number, right)
    shown = [ticket.pk]
    if ticket.merged_into_id is not None:
        shown += visible_tickets(user, right).filter(pk=end_of_merges(ticket.pk)).values_list("pk", flat=True)
    found = get_object_or_404(Message.objects.select_related("ticket"), pk=pk, ticket__in=shown)
    if found.kind == Message.Kind.NOTE and not may(user, found.ticket, Right.SEE_NOTES):
        raise Http404
    return found


def attachment_for(user: User, pk: int) -> Attachment:
    """A file of a ticket whose attachments this person may open, or of what they are about to begin. One at a note takes that right too."""
    tickets = visible_tickets(user, Right.SEE_ATTACHMENTS).values("pk")
    shown = Q(message__ticket__in=tickets) | Q(message=None, ticket__in=tickets)  # after a merge: where its message is shown
    own = Q(ticket=None, draft__author=user)
    joined = ("blob", "preview", "draft", "message__ticket", "ticket")
    file = get_object_or_404(Attachment.objects.filter(shown | own).select_related(*joined), pk=pk)
    of, ticket = (file.message, file.message.ticket) if file.message else (file.draft, file.ticket)
    mine = file.draft is not None and file.draft.author_id == user.pk
    if of and ticket and of.kind == Message.Kind.NOTE and not mine and not may(user, ticket, Right.SEE_NOTES):
        raise Http404
    return file


def known_drafts(reader: User) -> Q:
    """The drafts of tickets of which this person may know: their own, and notes in the making only where they see notes."""
    scope = scope_for(reader, Right.SEE_NOTES)
    noted = scope.q(*(f"ticket__{column}" for column in ("game_id", "team_id", "language", "topic_id")))
    return Q() if scope.everything else ~Q(kind=Draft.Kind.NOTE) | Q(author=reader) | noted
