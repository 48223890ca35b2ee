"""How long after its commit a change is found, at fifty changes a second, by each engine that is there, with real workers.

The workers are nudged through the real broker, as those of a desk are: one hears the events, one makes and brings the documents. Each
change names a ticket by a word of its own, and a second thread searches for the words that are not found yet.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from celery import current_app
from django.conf import settings
from django.db import connection

from tests.bench.figures import Figure, share
from tests.bench.run import ROOT
from tickets.actors import SYSTEM
from tickets.models import Ticket
from tickets.search.elasticsearch import indexes, server
from tickets.services.edit import rename

PACE = 50  # changes a second
PATIENCE = 60.0  # seconds for the last ones
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
    current_app.control.purge()
    size, tails, halves, paces = len(tickets) // runs, [], [], []
    try:
        with _workers(engine):
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


@contextmanager
def _workers(engine: str) -> Iterator[None]:
    run = [sys.executable, "-m", "celery", "-A", "helpdesk", "worker", "-c", "1", "-l", "ERROR", "--without-gossip", "--without-mingle"]
    env = {**os.environ, "SEARCH_ENGINE": engine}
    started = [
        subprocess.Popen(
            [*run, "-Q", queue, "-n", f"{queue}@bench"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for queue in ("now", "bulk")
    ]
    try:
        yield
    finally:
        for worker in started:
            worker.terminate()
        for worker in started:
            worker.wait(20)


def _waits(tickets: list[Ticket], find: Finder) -> tuple[list[float], float]:
    """Milliseconds, and how many changes a second there were."""
    words = {ticket.pk: f"found{ticket.pk}x{time.monotonic_ns()}" for ticket in tickets}
    born, seen, stop = dict[int, float](), dict[int, float](), threading.Event()

    def look() -> None:
        while not stop.wait(LOOK):
            missing = {pk: words[pk] for pk in list(born) if pk not in seen}
            there = find(missing) if missing else set()
            now = time.perf_counter()
            seen.update(dict.fromkeys(there, now))
        connection.close()

    watcher = threading.Thread(target=look)
    watcher.start()
    began = time.perf_counter()
    for nth, ticket in enumerate(tickets):
        time.sleep(max(0.0, began + nth / PACE - time.perf_counter()))
        rename(ticket, words[ticket.pk], by=SYSTEM)
        born[ticket.pk] = time.perf_counter()
    pace = len(tickets) / (time.perf_counter() - began)
    until = time.monotonic() + PATIENCE
    while len(seen) < len(born) and time.monotonic() < until:
        time.sleep(LOOK)
    stop.set()
    watcher.join()
    return [1000 * (seen.get(pk, at + PATIENCE) - at) for pk, at in born.items()], pace


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
