"""Pages at the server: Django's test client, everything from the middleware to the rendered bytes, without the network."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from random import Random
from statistics import median

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.demo.crew import BY_KEY
from helpdesk.staff.models import User
from helpdesk.studio.models import Game
from tests.bench.figures import Figure, share
from tickets.models import Message, Ticket

ROW = b"<tr data-row="
OPERATOR = "pavel"  # his role holds in two languages: his lists pay for the scope


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of a page in each run, and those of this process's own work for one."""

    halves: tuple[float, ...]
    tails: tuple[float, ...]
    own: float


def operator() -> tuple[Client, User]:
    """Who looks at all these pages, signed in."""
    reader, client = User.objects.get(email=BY_KEY[OPERATOR].email), Client()
    client.force_login(reader)
    return client, reader


def measure(*, requests: int, runs: int) -> list[Figure]:
    client, _reader = operator()
    rng = Random(5)
    queue, game = reverse("desk:queue"), Game.objects.order_by("pk")[0].slug
    lists = [queue, f"{queue}?status=waiting", f"{queue}?status=closed", f"{queue}?game={game}&status=new", f"{queue}?language=ru"]
    long_ones = set(Message.objects.filter(ticket__language__in=["ru", "en"]).values_list("ticket__number", flat=True)[:2_000])
    numbers = rng.sample(sorted(long_ones), min(400, len(long_ones)))
    threads = [reverse("desk:ticket", args=[number]) for number in numbers]
    figures = []
    for name, paths, budget in (("queue page", lists, 35.0), ("ticket page", threads, 35.0)):
        took = times(client, paths, runs=runs, requests=requests)
        queries, weight = cost(client, paths)
        figures += [
            Figure(
                f"{name}, p50 at {Ticket.objects.count():,} tickets",
                took.halves,
                "ms",
                remark=f"{requests} requests in each run",
                own=took.own,
            ),
            Figure(f"{name}, p95", took.tails, "ms", budget=budget, at_most=True, remark=f"{weight:.0f} KB of HTML compressed"),
            Figure(f"{name}, queries, the most of one request", (queries,), "queries", budget=12, at_most=True),
        ]
    return figures


def times(client: Client, paths: Sequence[str], *, runs: int, requests: int) -> Times:
    """The pages one after the other, so many in each run; some of them are asked for once before."""
    for path in paths[:20]:
        answer = client.get(path)
        if answer.status_code not in {200, 302}:  # a ticket's number in the search box leads to the ticket
            raise RuntimeError(f"{path} answers {answer.status_code}")
    halves, tails, worked = [], [], time.process_time()
    for _run in range(runs):
        taken = [_timed(client, paths[number % len(paths)]) for number in range(requests)]
        halves.append(share(taken, 0.5))
        tails.append(share(taken, 0.95))
    return Times(tuple(halves), tuple(tails), 1000 * (time.process_time() - worked) / (requests * runs))


def tail(client: Client, what: str, paths: Sequence[str], *, runs: int, requests: int, budget: float, besides: str = "") -> Figure:
    """What nineteen of twenty of these pages take at most; the middle, and the statements of one, are told in the remark."""
    took = times(client, paths, runs=runs, requests=requests)
    queries, _weight = cost(client, paths[:10])
    remark = f"p50 {median(took.halves):.0f} ms; {queries:.0f} statements{besides}"
    return Figure(f"{what}, p95", took.tails, "ms", budget=budget, at_most=True, own=took.own, remark=remark)


def leafed_through(client: Client, what: str, path: str, *, most: int) -> Figure:
    """From page to page, as somebody does who reads on and on."""
    taken = list[float]()
    while path and len(taken) < most:
        taken.append(_timed(client, path))
        path = _next(client, path)
    return Figure(f"{what}, p95", (share(taken, 0.95),), "ms", remark=f"{len(taken)} pages")


def _timed(client: Client, path: str) -> float:
    began = time.perf_counter()
    client.get(path)
    return 1000 * (time.perf_counter() - began)


def _next(client: Client, path: str) -> str:
    """The address behind this page's “Next”; empty on the last one."""
    link = re.search(r'href="([^"]+)" data-key="\]"', client.get(path).content.decode())
    return path.partition("?")[0] + unescape(link[1]) if link else ""


def rows(client: Client, path: str) -> int:
    """How many tickets stand on it."""
    return client.get(path).content.count(ROW)


def cost(client: Client, paths: Sequence[str]) -> tuple[float, float]:
    """The most statements of one of these pages, and the kilobytes of the heaviest, compressed."""
    most, heaviest = 0, 0
    for path in paths[:40]:
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(path)
        queries = [
            query for query in seen.captured_queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET "))
        ]
        most = max(most, len(queries))
        heaviest = max(heaviest, len(gzip.compress(answer.content)))
    return float(most), heaviest / 1024
