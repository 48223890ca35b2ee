"""The queue's lists at the server: each order that there is, the saved views that a desk begins with, deep pages, the rail's numbers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.demo.crew import BY_KEY
from helpdesk.staff.models import User
from tests.bench.figures import Figure, share
from tests.bench.scenes.pages import OPERATOR, cost, next_page, timed
from tickets.desk.saved_views.counts import counts_of
from tickets.desk.saved_views.models import SavedView
from tickets.filters.columns import orders
from tickets.models import Ticket

REQUESTS = 30
DEEP = 30  # pages
BUDGET, BUDGET_AT_A_MILLION, MANY = 35.0, 60.0, 500_000  # milliseconds; tickets
STATEMENTS = 12


def measure(*, runs: int) -> list[Figure]:
    reader = User.objects.get(email=BY_KEY[OPERATOR].email)
    client, queue = Client(), reverse("desk:queue")
    client.force_login(reader)
    budget = BUDGET_AT_A_MILLION if Ticket.objects.count() > MANY else BUDGET
    views = list(SavedView.objects.filter(ours=True, user=None, team=None, role=None).order_by("place", "pk"))
    sorts = {order.field.name: order.said for order in orders(reader)}
    lists = {f"all tickets by {name}": f"{queue}?{urlencode({'status': 'all', 'sort': said})}" for name, said in sorts.items()}
    lists |= {f"by {name}": f"{queue}?{urlencode({'sort': said})}" for name, said in sorts.items()}
    lists |= {f"the view “{view.address}”": f"{queue}?{view.address}" for view in views}
    figures = [_list(client, name, path, runs, budget) for name, path in lists.items()]
    return [*figures, _deep(client, queue), _numbers(reader, views, runs)]


def _list(client: Client, name: str, path: str, runs: int, budget: float) -> Figure:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answers {answer.status_code}")
    tails, halves, worked = [], [], time.process_time()
    for _run in range(runs):
        taken = [timed(client, path) for _request in range(REQUESTS)]
        halves.append(share(taken, 0.5))
        tails.append(share(taken, 0.95))
    own = 1000 * (time.process_time() - worked) / (REQUESTS * runs)
    queries, _weight = cost(client, [path])
    remark = f"p50 {sorted(halves)[len(halves) // 2]:.0f} ms; {queries:.0f} statements"
    return Figure(f"queue: {name}, p95", tuple(tails), "ms", budget=budget, at_most=True, own=own, remark=remark)


def _deep(client: Client, queue: str) -> Figure:
    """From page to page, as somebody does who reads on and on."""
    path, taken = f"{queue}?status=all&sort=-created", list[float]()
    while path and len(taken) < DEEP:
        taken.append(timed(client, path))
        path = next_page(client, path)
    return Figure("queue: all tickets, page after page, p95", (share(taken, 0.95),), "ms", remark=f"{len(taken)} pages")


def _numbers(reader: User, views: Sequence[SavedView], runs: int) -> Figure:
    """The rail's numbers, which come by themselves."""
    took, counted = [], 0
    for _run in range(runs):
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as seen:
            counted = len(counts_of(reader, views, ())[0])
        took.append(1000 * (time.perf_counter() - began))
    remark = f"{counted} of {len(views)} were counted; {len(seen)} statements"
    return Figure("the numbers of the first saved views, together", tuple(took), "ms", remark=remark)
