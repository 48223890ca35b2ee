"""How long after its commit a change is found, at fifty changes a second, by each engine that is there, with real workers.

The workers are nudged through the real broker, as those of a desk are: one hears the events, one makes and brings the documents. Each
change names a ticket by a word of its own, and a second thread searches for the words that are not found yet.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from functools import partial

from django.conf import settings
from django.db import connection

from tests.bench.at_pace import PACE, waits, workers
from tests.bench.figures import Figure, share
from tickets.actors import SYSTEM
from tickets.models import Ticket
from tickets.search.elasticsearch import indexes, server
from tickets.services.edit import rename

LOOK = 0.05  # seconds
BUDGET = 2_000.0  # milliseconds

Finder = Callable[[Mapping[int, str]], set[int]]


def measure(*, seconds: int, runs: int) -> list[Figure]:
    tickets = list(Ticket.objects.filter(merged_into=None).exclude(status="closed").order_by("-pk")[: PACE * seconds * runs * 2])
    figures = [_of("postgres", _by_postgres, tickets[::2], runs)]
    if os.environ.get("ELASTICSEARCH_URL"):
        figures.append(_of(server.NAME, _by_elasticsearch, tickets[1::2], runs))
    return figures


def _of(engine: str, find: Finder, tickets: list[Ticket], runs: int) -> Figure:
    before, settings.SEARCH_ENGINE = settings.SEARCH_ENGINE, engine
    size, tails, halves, paces = len(tickets) // runs, [], [], []
    try:
        with workers("now", "bulk", env={"SEARCH_ENGINE": engine}):
            _waits(tickets[:1], find)  # until they have started
            for run in range(runs):
                taken, pace = _waits(tickets[run * size : (run + 1) * size], find)
                halves.append(share(taken, 0.5))
                tails.append(share(taken, 0.95))
                paces.append(pace)
    finally:
        settings.SEARCH_ENGINE = before
    remark = f"p50 {sorted(halves)[runs // 2]:.0f} ms; {min(paces):.0f} changes a second, {size} in each run; two worker processes beside"
    return Figure(f"{engine}: a change is found after, p95", tuple(tails), "ms", budget=BUDGET, at_most=True, remark=remark)


def _waits(tickets: list[Ticket], find: Finder) -> tuple[list[float], float]:
    """Milliseconds, and how many changes a second there were."""
    words = {ticket.pk: f"found{ticket.pk}x{time.monotonic_ns()}" for ticket in tickets}
    deeds = {ticket.pk: partial(rename, ticket, words[ticket.pk], by=SYSTEM) for ticket in tickets}
    return waits(deeds, lambda pks: find({pk: words[pk] for pk in pks}), look=LOOK)


def _by_postgres(words: Mapping[int, str]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ticket_id FROM search_searchdocument JOIN unnest(%s::bigint[], %s::text[]) AS said (pk, word) ON ticket_id = pk "
            "WHERE vector @@ quote_literal(word)::tsquery",
            [list(words), list(words.values())],
        )
        return {pk for (pk,) in cursor.fetchall()}


def _by_elasticsearch(words: Mapping[int, str]) -> set[int]:
    with server.asked(server.WRITING) as client:
        asked = {"terms": {"subject": list(words.values())}}
        answer = client.search(index=indexes.alias(), query=asked, size=len(words), source=False, track_total_hits=False)
    return {int(hit["_id"]) for hit in answer["hits"]["hits"]}
