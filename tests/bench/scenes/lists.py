"""The queue's lists at the server: each order that there is, the saved views that a desk begins with, deep pages, the rail's numbers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from urllib.parse import urlencode

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.staff.models import User
from tests.bench.figures import Figure
from tests.bench.scenes.pages import leafed_through, operator, tail
from tickets.desk.saved_views.counts import counts_of
from tickets.desk.saved_views.models import SavedView
from tickets.filters.columns import orders
from tickets.models import Ticket

REQUESTS = 30
DEEP = 30  # pages
BUDGET, BUDGET_AT_A_MILLION, MANY = 35.0, 60.0, 500_000  # milliseconds; tickets


def measure(*, runs: int) -> list[Figure]:
    (client, reader), queue = operator(), reverse("desk:queue")
    budget = BUDGET_AT_A_MILLION if Ticket.objects.count() > MANY else BUDGET
    views = list(SavedView.objects.filter(ours=True, user=None, team=None, role=None).order_by("place", "pk"))
    sorts = {order.field.name: order.said for order in orders(reader)}
    lists = {f"all tickets by {name}": f"{queue}?{urlencode({'status': 'all', 'sort': said})}" for name, said in sorts.items()}
    lists |= {f"by {name}": f"{queue}?{urlencode({'sort': said})}" for name, said in sorts.items()}
    lists |= {f"the view “{view.address}”": f"{queue}?{view.address}" for view in views}
    figures = [tail(client, f"queue: {name}", [path], runs=runs, requests=REQUESTS, budget=budget) for name, path in lists.items()]
    deep = leafed_through(client, "queue: all tickets, page after page", f"{queue}?status=all&sort=-created", most=DEEP)
    return [*figures, deep, _numbers(reader, views, runs)]


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
