"""What machines are told of the desk: three registries, of which the roof's `/readyz` and `/metrics` are drawn.

A *backlog* is work that should have been done by now: how many pieces, and how long the oldest has waited. *States* are parts of
`/readyz` beside those, a *number* stands in `/metrics`. Each room registers its own in `AppConfig.ready()`.

Ages are reckoned by the database and end at our earliest moment, so that no row can spoil them. Parked work is counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, NamedTuple

from django.db.models import Count, Min, QuerySet, Value
from django.db.models.functions import Greatest

from helpdesk.base import outward
from helpdesk.base.bounds import EARLIEST

SOON, LATER = timedelta(minutes=2), timedelta(minutes=30)


class Waiting(NamedTuple):
    """In seconds and in pieces. An age of 0 means that nothing is late."""

    seconds: float
    pieces: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """One kind of due work. `part` is its name in `/readyz`, `patience` the age past which that part is degraded.

    `since` tells from which moment a row has waited; `outward`: it leaves the house, and stands still while nothing may.
    """

    part: str
    patience: timedelta
    rows: Callable[[datetime], QuerySet[Any]]
    since: Any
    outward: bool = False

    def waiting(self, at: datetime) -> Waiting:
        """How many seconds the oldest piece has waited at `at` (0.0 when none does), and how many wait. What is parked does not count."""
        rows = self.rows(at).filter(parked_at=None).order_by()
        found = rows.aggregate(oldest=Min(Greatest(self.since, Value(EARLIEST))), pieces=Count("pk"))
        return Waiting(max(0.0, (at - found["oldest"]).total_seconds()) if found["oldest"] else 0.0, found["pieces"])

    def states(self, off: Callable[[], bool], at: datetime) -> dict[str, str]:
        """Its part of `/readyz`: ok, or degraded when the oldest piece is too old; what may not leave, because of `off()`, is “off”."""
        if self.outward and off():
            return {self.part: "off"}
        return {self.part: "degraded" if self.waiting(at).seconds > self.patience.total_seconds() else "ok"}


class Number(NamedTuple):
    """A gauge of `/metrics`: its name, what it means, and the label by which its values differ, or several."""

    name: str
    meaning: str
    label: str | tuple[str, ...]


OLDEST = Number("helpdesk_oldest_seconds", "Seconds that the oldest piece of due work has waited.", "work")
WAITING = Number("helpdesk_waiting", "Pieces of work that are due.", "work")
PARKED = Number("helpdesk_parked", "Work that was tried, failed and waits for a person.", "work")

States = Callable[[datetime], Mapping[str, str]]
Values = Callable[[datetime], Mapping[Any, float]]

_backlogs: dict[str, Backlog] = {}
_states: dict[str, States] = {}
_numbers: dict[Number, list[Values]] = {}


def register_backlog(name: str, backlog: Backlog) -> None:
    """Add a kind of due work; `name` is what the numbers call it."""
    _backlogs[name] = backlog


def register_states(room: str, states: States) -> None:
    """`states(at)` tells parts of `/readyz` by name: "ok", "degraded", or "off" for what somebody has switched off.

    A room only ever makes the desk degraded: whether it is down its database alone decides.
    """
    _states[room] = states


def register_number(number: Number, values: Values) -> None:
    """`values(at)` gives a gauge its values by label (a tuple where there are several). Several rooms may
    give values to one, as to `PARKED`."""
    _numbers.setdefault(number, []).append(values)


def backlogs() -> dict[str, Backlog]:
    """All kinds of due work, by what the numbers call them."""
    return dict(_backlogs)


def states() -> dict[str, States]:
    """Who tells parts of `/readyz`: each room, whether things may leave, and each kind of due work under its part's name."""
    off = cache(outward.is_off)  # asked once, whoever needs it
    return (
        _states
        | {"outward": lambda _at: {"outward": "off" if off() else "ok"}}
        | {backlog.part: partial(backlog.states, off) for backlog in _backlogs.values()}
    )


def numbers() -> dict[Number, list[Values]]:
    """All gauges, each with who gives it values."""
    return {number: list(values) for number, values in _numbers.items()}
