"""Where players' data lies. Each model that keeps any says which fields, and how they leave or are given out.

A model declares `personal = ("field", …)` or `personal = ()`; a house test fails on a model of ours that does neither. A room with
personal fields registers how to count, export and erase a player's part. `players/erasure.py` calls them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import ForeignKey, JSONField, Model, QuerySet

if TYPE_CHECKING:
    from helpdesk.base.models import Blob

ERASED = "erased"  # stands where a row must say something


class NotYet(Exception):
    """Something of this player is on its way at this moment (a mail is being sent): erase again a little later."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """A room that keeps players' data.

    `export(player_id)` yields plain dicts; `files(player_id)` yields (name, blob) of what belongs to them; `amounts(player_id)` says
    what there is, as (words, number). `erase(player_id)` empties it in steps: each is a transaction of its own and yields how many
    rows it emptied. It may be called again at any time: what is empty is passed over. Raises NotYet. `last`: the others need this
    room's rows to know what is the player's.
    """

    room: str
    export: Callable[[int], Iterator[dict[str, Any]]]
    erase: Callable[[int], Iterator[int]]
    amounts: Callable[[int], list[tuple[Any, int]]] = field(default=lambda _player: [])
    files: Callable[[int], Iterator[tuple[str, Blob]]] = field(default=lambda _player: iter(()))
    last: bool = False


_keepers: dict[str, Keeper] = {}


def keep(keeper: Keeper) -> None:
    """Register a room, in its `AppConfig.ready()`."""
    _keepers[keeper.room] = keeper


def keepers() -> list[Keeper]:
    """All rooms that keep players' data, by name, those that must be erased last at the end."""
    return sorted(_keepers.values(), key=lambda keeper: (keeper.last, keeper.room))


def empty(rows: QuerySet[Any], **instead: Any) -> int:
    """Empty the declared fields of these rows, or write what stands in `instead`; returns how many were not empty yet."""
    blanks = blanks_of(rows.model) | instead
    return rows.exclude(**blanks).update(**blanks)


def blanks_of(model: type[Model]) -> dict[str, Any]:
    """What each personal field of a model holds when it holds nothing."""
    return {name: _blank(model._meta.get_field(name)) for name in vars(model)["personal"]}


def _blank(column: Any) -> Any:
    if isinstance(column, ForeignKey):
        return None
    return {} if isinstance(column, JSONField) else ""
