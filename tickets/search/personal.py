"""Documents are made from tickets and give out nothing of their own; when a player's words are gone there, they are made anew here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from helpdesk.base.batches import batched
from tickets.events.of_messages import MessageErased
from tickets.models import Delivery
from tickets.search.elasticsearch.marks import mark
from tickets.search.indexing import AT_ONCE, SUBSCRIBER, put
from tickets.search.models import SearchDocument


def export(player_id: int) -> Iterator[dict[str, Any]]:
    """Nothing that the tickets do not give out."""
    return iter(())


def erase(player_id: int) -> Iterator[int]:
    """A few hundred documents are a step: of his tickets, and of others where his words were erased and nobody has heard of it yet."""
    his = SearchDocument.objects.filter(player_id=player_id).values_list("ticket", flat=True)
    others = Delivery.objects.filter(subscriber=SUBSCRIBER, event__kind=MessageErased.kind).values_list("ticket_id", flat=True)
    ids = sorted({*his, *(pk for pk in others if pk is not None)})
    for some in batched(ids, AT_ONCE):
        put(some)
        mark(some)
        yield 0
