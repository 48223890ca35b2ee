"""What a person who leaves us, or a game that is archived, still has in hand. Rooms above say what that is and hand it over.

A room registers in its `AppConfig.ready()`; here nothing is known of tickets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.staff.models import Team, User
from helpdesk.studio.models import Game


@dataclass(frozen=True, slots=True)
class Heir:
    """Who gets it: a colleague, a team (then nobody in it yet), or with neither the common heap."""

    person: User | None = None
    team: Team | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """How many went to the heir, and how many to the common heap instead, since the heir may not see them."""

    given: int = 0
    freed: int = 0


@dataclass(frozen=True, slots=True)
class Belonging:
    """One kind of thing. `count` of a person's, `in_game` of a game's, and `hand_over` to an heir by somebody, one transaction each."""

    count: Callable[[User], int]
    in_game: Callable[[Game], int]
    hand_over: Callable[[User, Heir, User], Handed]


_belongings: dict[str, Belonging] = {}


def register(
    name: str, *, count: Callable[[User], int], in_game: Callable[[Game], int], hand_over: Callable[[User, Heir, User], Handed]
) -> None:
    """Say what people and games hold of one kind, by the room's name."""
    _belongings[name] = Belonging(count, in_game, hand_over)


def held_by(person: User) -> int:
    """How many things stand with this person."""
    return sum(one.count(person) for one in _belongings.values())


def held_in(game: Game) -> int:
    """How many things of a game are not done yet: for who wants to archive it."""
    return sum(one.in_game(game) for one in _belongings.values())


def hand_over(person: User, heir: Heir, *, by: User) -> Handed:
    """Give away what the person holds."""
    done = [one.hand_over(person, heir, by) for one in _belongings.values()]
    return Handed(sum(one.given for one in done), sum(one.freed for one in done))
