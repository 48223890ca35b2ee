"""Where work stands that was tried, failed, and waits for a person: one lot for each kind, described by the room whose rows they are.

A parked row has `parked_at` and, in `reason_field`, why. The administrators' page, the numbers and `/readyz` read the lots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Lot:
    """One kind of work. `retry` gives ids back to their sweep, `dismiss` gives one up for good (None: that is done on `page`).

    `tickets` names the ticket of each id, for showing. `page` is the URL name of a page of its own, where the kind has one. `right`: the
    name of the right that it takes beside the one to look after parked work.
    """

    name: str
    label: str | Promise
    rows: Callable[[], QuerySet[Any]]
    reason_field: str
    retry: Callable[[list[int]], int]
    dismiss: Callable[[int], bool] | None = None
    tickets: Callable[[list[int]], dict[int, int]] = lambda _pks: {}
    page: str = ""
    right: str = ""

    @property
    def may_be_dismissed(self) -> bool:
        """For templates, which would call what can be called."""
        return self.dismiss is not None

    def parked(self) -> QuerySet[Any]:
        """Its rows that stand still, of the room's own model."""
        return self.rows().filter(parked_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Parked:
    """One row that stands still. Only ids, times and words: the row itself may be what cannot be read."""

    lot: Lot
    pk: int
    since: Any
    reason: str


_lots: dict[str, Lot] = {}
_heralds: list[Callable[[str], None]] = []


def register(lot: Lot) -> None:
    """Add a kind, in `AppConfig.ready()` of its room."""
    _lots[lot.name] = lot


def call_for(herald: Callable[[str], None]) -> None:
    """`herald` hears the kind of each row that is parked; it must not raise. Called in `AppConfig.ready()`."""
    _heralds.append(herald)


def announce(kind: str) -> None:
    """Called by who has just parked a row."""
    for herald in _heralds:
        herald(kind)


def lots() -> list[Lot]:
    """All kinds by name."""
    return [_lots[name] for name in sorted(_lots)]


def lot(name: str) -> Lot | None:
    """The kind of that name, or None where no room has one."""
    return _lots.get(name)


def counts() -> dict[str, int]:
    """How many rows of each kind stand still."""
    return {one.name: one.parked().order_by().count() for one in lots()}


def newest(most: int, kinds: Iterable[Lot]) -> list[Parked]:
    """The newest of these kinds, at most so many of each; a query for each kind."""
    found = []
    for kind in kinds:
        rows = kind.parked().order_by("-parked_at", "-pk").values_list("pk", "parked_at", kind.reason_field)
        found += [Parked(kind, pk, since, reason) for pk, since, reason in rows[:most]]
    return sorted(found, key=lambda one: one.since, reverse=True)
