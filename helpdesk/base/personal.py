"""Where players' data lies. Each model that keeps any says which fields, and how they leave or are given out.

A model declares `personal = ("field", …)` or `personal = ()`; a house test fails on a model of ours that does neither. A room with
personal fields registers how to export and erase a player's part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Keeper:
    """A room that keeps players' data. `export(player_id)` yields plain dicts; `erase(player_id)` returns how many rows it emptied."""

    room: str
    export: Callable[[int], Iterator[dict[str, Any]]]
    erase: Callable[[int], int]


_keepers: dict[str, Keeper] = {}


def keep(room: str, *, export: Callable[[int], Iterator[dict[str, Any]]], erase: Callable[[int], int]) -> None:
    """Register a room, in its `AppConfig.ready()`."""
    _keepers[room] = Keeper(room, export, erase)


def keepers() -> list[Keeper]:
    """All rooms that keep players' data, by name."""
    return [_keepers[name] for name in sorted(_keepers)]
