"""Who may see a ticket, what else they may do there, and through which roles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q, QuerySet

from helpdesk.base.folding import finds
from helpdesk.staff.models import Grant, User, parts_of
from helpdesk.staff.rights import Right, registered
from helpdesk.staff.said import sides_of, where_words
from players.classes import all_rights
from tickets.models import Ticket

MOST_GRANTS, MOST_PEOPLE = 5_000, 100


@dataclass(frozen=True, slots=True)
class Way:
    """A role that reaches the ticket: where it was given, in words, and which of the asked rights it brings."""

    role: str
    where: str
    rights: list[Right]


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Somebody who may see the ticket, with every way by which they may."""

    user: User
    ways: list[Way]

    @property
    def rights(self) -> set[Right]:
        return {right for way in self.ways for right in way.rights}


@dataclass(frozen=True, slots=True)
class Onlookers:
    """`people`: those that are shown, by name; `counts`: of each right by how many it is held, of all `total`; `more`: how many are not
    shown; `cut`: there are so many grants that not all were looked at."""

    people: list[Onlooker]
    counts: list[tuple[Right, int]]
    total: int
    more: int
    cut: bool


def asked_rights() -> list[Right]:
    """What is asked of everybody: seeing, answering, notes, and each class of the card. One query."""
    wanted = {Right.VIEW, Right.REPLY, Right.SEE_NOTES, *all_rights()}
    return [right for right in registered() if right in wanted]


def onlookers(ticket: Ticket, named: str = "") -> Onlookers:
    """Those who may see it; with `named` only who is called so. Four queries, however many they are."""
    rights = asked_rights()
    grants = list(_reaching(ticket, named)[: MOST_GRANTS + 1])
    people = list(_people(ticket, grants[:MOST_GRANTS], rights))
    counts = [(right, sum(right in one.rights for one in people)) for right in rights]
    more = max(0, len(people) - MOST_PEOPLE)
    return Onlookers(people[:MOST_PEOPLE], counts, len(people), more, len(grants) > MOST_GRANTS)


def _reaching(ticket: Ticket, named: str) -> QuerySet[Grant]:
    """The grants of people who may sign in that name no other game, team or language."""
    here = (
        (Q(game=None) | Q(game=ticket.game_id)) & (Q(team=None) | Q(team=ticket.team_id)) & (Q(language="") | Q(language=ticket.language))
    )
    called = finds("user__name", named) | finds("user__email", named) if named else Q()
    rows = Grant.objects.filter(here, called, user__is_active=True).select_related("user", "role", "game", "team", "topic")
    return rows.order_by("user__name", "user", "role__name", "pk")


def _people(ticket: Ticket, grants: Sequence[Grant], rights: Sequence[Right]) -> Iterator[Onlooker]:
    reaching = [
        grant
        for grant, part in zip(grants, parts_of(grants), strict=True)
        if not part.topics or (ticket.topic_id is not None and ticket.topic_id in part.topics)
    ]
    for user, theirs in groupby(reaching, key=lambda grant: grant.user):
        ways = [
            Way(grant.role.name, where_words(sides_of(grant)), [right for right in rights if right in grant.role.rights])
            for grant in theirs
        ]
        one = Onlooker(user, [way for way in ways if way.rights])
        if Right.VIEW in one.rights:
            yield one
