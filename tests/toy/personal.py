"""What the toy room keeps of a player."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from helpdesk.base import personal
from tests.toy.models import Wish


def export(player_id: int) -> Iterator[dict[str, Any]]:
    """His wishes."""
    for wish in Wish.objects.filter(player=player_id).order_by("pk"):
        yield {"wish": wish.words}


def amounts(player_id: int) -> list[tuple[Any, int]]:
    """What there is."""
    return [("Wishes", Wish.objects.filter(player=player_id).exclude(words="").count())]


def erase(player_id: int) -> Iterator[int]:
    """Empty all of it in one step."""
    yield personal.empty(Wish.objects.filter(player=player_id))
