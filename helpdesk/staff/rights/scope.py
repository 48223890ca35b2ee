"""The scope in which a person holds a right: one value with the same meaning in SQL (`q`), Elasticsearch (`es`) and Python (`allows`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from helpdesk.staff.rights.names import Right, find

if TYPE_CHECKING:
    from helpdesk.staff.models import User

Side = tuple[str, tuple[int | str, ...]]


@dataclass(frozen=True, slots=True)
class Part:
    """One slice of the work. An empty field leaves that side open; the set ones must all hold.

    `topics`: ids of the one that was named and, after it, of all that lie beneath it.
    """

    game_id: int | None = None
    team_id: int | None = None
    language: str = ""
    topics: tuple[int, ...] = ()

    def sides(self) -> tuple[Side, ...]:
        """The sides that are not left open, each with its values: `(("game", (3,)), ("topic", (5, 8)))`."""
        pairs: tuple[Side, ...] = (
            ("game", () if self.game_id is None else (self.game_id,)),
            ("team", () if self.team_id is None else (self.team_id,)),
            ("language", (self.language,) if self.language else ()),
            ("topic", self.topics),
        )
        return tuple(pair for pair in pairs if pair[1])

    def lies_in(self, other: Part) -> bool:
        """Whether all of it is part of `other`."""
        mine = dict(self.sides())
        return all(side in mine and set(mine[side]) <= set(values) for side, values in other.sides())

    def shared_with(self, other: Part) -> Part | None:
        """What lies in both, if anything does."""
        for mine, theirs in ((self.game_id, other.game_id), (self.team_id, other.team_id), (self.language, other.language)):
            if mine and theirs and mine != theirs:
                return None
        topics = tuple(pk for pk in self.topics if pk in other.topics) if self.topics and other.topics else self.topics or other.topics
        if self.topics and other.topics and not topics:
            return None
        return Part(self.game_id or other.game_id, self.team_id or other.team_id, self.language or other.language, topics)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a right is held: everywhere, in some parts, or nowhere. Parts add up."""

    everything: bool = False
    parts: tuple[Part, ...] = ()

    @property
    def nothing(self) -> bool:
        return not self.everything and not self.parts

    def allows(self, *, game_id: int | None = None, team_id: int | None = None, language: str = "", topic_id: int | None = None) -> bool:
        if self.everything:
            return True
        row = {"game": game_id, "team": team_id, "language": language, "topic": topic_id}
        return any(all(row[side] in values for side, values in part.sides()) for part in self.parts)

    def q(self, game: str = "game_id", team: str = "team_id", language: str = "language", topic: str = "topic_id") -> Q:
        """The scope as a condition on rows; parts that name one side alone become one IN."""
        if self.everything:
            return Q()
        if self.nothing:
            return Q(pk__in=[])
        columns = {"game": game, "team": team, "language": language, "topic": topic}
        alone, mixed = self._sorted_parts()
        conditions = [Q(**{f"{columns[side]}__in": values}) for side, values in alone.items()]
        conditions += [Q(**{f"{columns[side]}__in": values for side, values in part}) for part in mixed]
        return reduce(or_, conditions)

    def games_q(self, game: str = "game_id") -> Q:
        """The same for rows that belong to a game and to nothing narrower (a game, its rules, its texts): a part that names a team, a
        language or a topic opens none of them."""
        if self.everything:
            return Q()
        return Q(**{f"{game}__in": [part.game_id for part in self.parts if part == Part(part.game_id)]})

    def es(self, game: str = "game_id", team: str = "team_id", language: str = "language", topic: str = "topic") -> dict[str, Any]:
        """The same as an Elasticsearch filter."""
        if self.everything:
            return {"match_all": {}}
        if self.nothing:
            return {"match_none": {}}
        fields = {"game": game, "team": team, "language": language, "topic": topic}
        alone, mixed = self._sorted_parts()
        should: list[dict[str, Any]] = [{"terms": {fields[side]: values}} for side, values in alone.items()]
        should += [{"bool": {"filter": [{"terms": {fields[side]: list(values)}} for side, values in part]}} for part in mixed]
        return {"bool": {"should": should, "minimum_should_match": 1}}

    def _sorted_parts(self) -> tuple[dict[str, list[int | str]], list[tuple[Side, ...]]]:
        alone: dict[str, list[int | str]] = {}
        mixed = []
        for part in self.parts:
            sides = part.sides()
            if len(sides) == 1:
                alone.setdefault(sides[0][0], []).extend(sides[0][1])
            else:
                mixed.append(sides)
        return alone, mixed


NOWHERE = Scope()
EVERYWHERE = Scope(everything=True)


def scope_of(parts: Iterable[Part]) -> Scope:
    """Fold parts into a scope: one that names no side opens everything."""
    unique = tuple(dict.fromkeys(parts))
    if any(not part.sides() for part in unique):
        return EVERYWHERE
    return Scope(parts=unique)


def scope_for(user: User | AnonymousUser, right: str) -> Scope:
    """Where `user` holds the right of this name. The grants are read once and kept on the instance, that is: one query a request."""
    if not user.is_authenticated or not user.is_active:
        return NOWHERE
    return scope_of(grant.part for grant in user.held_grants() if right in grant.rights)


def has_right(user: User | AnonymousUser, right: str) -> bool:
    """Whether the right is held anywhere at all; the row's own scope is asked where rows are fetched."""
    return not scope_for(user, right).nothing


def has_everywhere(user: User | AnonymousUser, right: str) -> bool:
    """Whether the right is held for everything: what is not about one game (people, roles, audit) asks for that."""
    return scope_for(user, right).everything


def rights_of(user: User | AnonymousUser) -> frozenset[Right]:
    """Every right held somewhere that a room registers, for menus."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    return frozenset(right for grant in user.held_grants() for name in grant.rights if (right := find(name)))
