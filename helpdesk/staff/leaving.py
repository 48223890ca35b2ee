"""What a person who leaves us still has in his hands. Rooms above say what that is and how it is handed over; this page asks.

A room registers in its `AppConfig.ready()`; here nothing is known of tickets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.staff.models import Team, User


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
    """One kind of thing. `count` of a person's, and `hand_over` to an heir by somebody, each in its own transaction."""

    count: Callable[[User], int]
    hand_over: Callable[[User, Heir, User], Handed]


_belongings: dict[str, Belonging] = {}


def register(name: str, *, count: Callable[[User], int], hand_over: Callable[[User, Heir, User], Handed]) -> None:
    """Say what people hold of one kind, by the room's name."""
    _belongings[name] = Belonging(count, hand_over)


def held_by(person: User) -> int:
    """How many things stand with this person."""
    return sum(one.count(person) for one in _belongings.values())


def hand_over(person: User, heir: Heir, *, by: User) -> Handed:
    """Give away what the person holds."""
    done = [one.hand_over(person, heir, by) for one in _belongings.values()]
    return Handed(sum(one.given for one in done), sum(one.freed for one in done))
