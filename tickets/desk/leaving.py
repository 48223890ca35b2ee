"""What becomes of the tickets of somebody whose account is closed."""

from __future__ import annotations

from helpdesk.staff.leaving import Handed, Heir
from helpdesk.staff.models import User
from helpdesk.studio.models import Game
from tickets.access import held_tickets, open_in, visible_tickets
from tickets.actors import operator
from tickets.services.assign import assign, set_team

AT_ONCE = 200


def count_held(person: User) -> int:
    """How many those are."""
    return held_tickets(person).count()


def count_in(game: Game) -> int:
    """How many tickets of this game are not closed."""
    return open_in(game).count()


def hand_over(person: User, heir: Heir, by: User) -> Handed:
    """Give them to a colleague, to a team or back into the queue, one transaction each: what an interruption leaves is nobody's anyway.

    A colleague who may not see a ticket does not get it; it goes back into the queue.
    """
    given = freed = 0
    last, actor = 0, operator(by)
    while batch := list(held_tickets(person).filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        last = batch[-1].pk
        seen = (
            set(visible_tickets(heir.person).filter(pk__in=[one.pk for one in batch]).values_list("pk", flat=True))
            if heir.person
            else set()
        )
        for ticket in batch:
            to = heir.person if ticket.pk in seen else None
            assign(ticket, to=to, by=actor)
            if heir.team:
                set_team(ticket, to=heir.team, by=actor)
            if to or heir.team:
                given += 1
            else:
                freed += 1
    return Handed(given, freed)
