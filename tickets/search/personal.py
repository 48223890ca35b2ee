"""Documents are made from tickets and give out nothing of their own; when a player's words are gone there, they are made anew here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tickets.search.elasticsearch.marks import mark
from tickets.search.indexing import AT_ONCE, put
from tickets.search.models import SearchDocument


def export(player_id: int) -> Iterator[dict[str, Any]]:
    """Nothing that the tickets do not give out."""
    return iter(())


def erase(player_id: int) -> Iterator[int]:
    """A few hundred documents are a step. What stood in other players' tickets follows the event that tells of it."""
    last = 0
    his = SearchDocument.objects.filter(player_id=player_id).order_by("ticket").values_list("ticket", flat=True)
    while ids := list(his.filter(ticket__gt=last)[:AT_ONCE]):
        last = ids[-1]
        put(ids)
        mark(ids)
        yield 0
