"""An index out of all tickets: in small steps, the newest first, so that it may stop at any moment and goes on where it was.

What changes meanwhile is written by the subscriber as ever. For PostgreSQL the index is the documents themselves: those of another
analysis are searched until they are made anew.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models import Max

from helpdesk.base import clock
from helpdesk.base.batches import batched
from helpdesk.base.claims import hold_names
from helpdesk.base.turns import Turn
from tickets.models import Ticket
from tickets.search import analysis
from tickets.search.documents import documents
from tickets.search.indexing import AT_ONCE, put_each, vector_of
from tickets.search.models import SearchDocument, SearchIndex

CHECKED = 3_000  # an hour

log = structlog.get_logger(__name__)

Engine = SearchIndex.Engine
_finished: set[str] = set()  # of these a process knows that they are whole


def newest() -> int:
    """The id of the newest ticket; 0 where there is none."""
    return Ticket.objects.aggregate(last=Max("pk"))["last"] or 0


def older(upto: int, many: int) -> list[int]:
    """The ids of so many tickets before this one, the newest first."""
    return list(Ticket.objects.filter(pk__lt=upto).order_by("-pk").values_list("pk", flat=True)[:many])


def documents_name() -> str:
    """What PostgreSQL's index is called; another for each analysis."""
    return f"documents-{analysis.VERSION}"


@transaction.atomic
def begin(*, anew: bool = False) -> SearchIndex:
    """The documents as an index to be made, or as far as they are made. `anew`: all of them once more."""
    hold_names("search index")
    first = newest() + 1
    index, made = SearchIndex.objects.get_or_create(
        name=documents_name(), defaults={"engine": Engine.POSTGRES, "analysis": analysis.VERSION, "upto": first, "live": True}
    )
    if anew and not made:
        SearchIndex.objects.filter(pk=index.pk).update(upto=first, started_at=clock.now(), finished_at=None)
        index.refresh_from_db()
    if index.finished_at is None:
        _finished.discard(index.name)
    return index


def share_made() -> int | None:
    """How much of the documents is made while they are not all, in per cent; else None. One query, until the first time that they are."""
    if documents_name() in _finished:
        return None
    index = SearchIndex.objects.filter(name=documents_name()).values_list("upto", "finished_at").first()
    if index and index[1]:
        _finished.add(documents_name())
        return None
    last = newest()
    return 100 if not last else round(100 * (1 - min(index[0] / (last + 1), 1))) if index else 0


@transaction.atomic
def step(index: SearchIndex) -> bool:
    """The next tickets; whether there may be more. Two who make the same index take turns."""
    row = SearchIndex.objects.select_for_update().get(pk=index.pk)
    ids = older(row.upto, AT_ONCE)
    put_each(ids)
    row.upto = ids[-1] if ids else 0
    row.finished_at = None if ids else row.finished_at or clock.now()
    row.save(update_fields=["upto", "finished_at"])
    return bool(ids)


def catch_up(*, seconds: float) -> int:
    """Go on with what is not finished; how many steps there were. A sweep."""
    index, turn, steps = begin(), Turn(seconds), 0
    while index.finished_at is None and turn.lasts() and step(index):
        steps += 1
    return steps


@dataclass(frozen=True, slots=True)
class Difference:
    """A ticket whose document is not what it should be, and how."""

    ticket: int
    how: str


def check(ids: list[int]) -> Iterator[Difference]:
    """Compare the documents of these tickets with what they say now. Each that differs is made anew."""
    kept = {row.ticket_id: row for row in SearchDocument.objects.filter(ticket__in=ids)}
    with_vectors = {document.ticket_id: document for document in documents(ids)}
    wrong = []
    for pk, document in with_vectors.items():
        row = kept.get(pk)
        if row is None:
            wrong.append(Difference(pk, "missing"))
        elif row.player_id != document.player_id or row.game_id != document.game_id:
            wrong.append(Difference(pk, "another player's"))
        elif not _same(row.ticket_id, vector_of(document)):
            wrong.append(Difference(pk, "other words"))
    wrong += [Difference(pk, "without a ticket") for pk in kept.keys() - with_vectors.keys()]
    put_each([one.ticket for one in wrong])
    yield from wrong


def _same(pk: int, vector: str) -> bool:
    return SearchDocument.objects.filter(ticket=pk).extra(where=["vector = %s::tsvector"], params=[vector]).exists()  # noqa: S610 - a value


def check_some() -> int:
    """A look at a few thousand; how many were wrong. A sweep."""
    wrong = [found for ids in batched(some(CHECKED), AT_ONCE) for found in check(ids)]
    for found in wrong:
        log.warning("document_was_wrong", ticket=found.ticket, how=found.how)
    return len(wrong)


def some(many: int) -> list[int]:
    """Ids of so many tickets from a place that chance chooses."""
    start = random.randint(0, newest())  # noqa: S311 - no secret
    return list(Ticket.objects.filter(pk__gte=start).order_by("pk").values_list("pk", flat=True)[:many])
