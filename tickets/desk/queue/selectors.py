"""The queue's rows and numbers. Everything starts at `visible_tickets`, so that counts, rows and pages agree with each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.base.paging import page
from helpdesk.base.patience import TooSlow, within
from helpdesk.staff.models import User
from tickets.access import visible_tickets
from tickets.desk.presence import seen_event
from tickets.desk.queue.chips import Chip
from tickets.desk.queue.filters import EVERY, TO_ANSWER, Wanted, on_tab
from tickets.desk.queue.rows import FETCHED, Row
from tickets.filters.columns import Columns, Order
from tickets.models import FAR, OPEN, Status, Ticket
from tickets.search.postgres import Ranking

PAGE = 50
COUNTED = 10_000  # beyond the open statuses nobody needs the exact number
UPDATES_COUNTED = 99
LOOSENED, MORE_FOUND = 5, 1_000  # chips that an empty page looks behind, and how many rows it counts there
SORT_KEY = "sort_key"  # what rows are sorted by, as the query calls it
LOOKED_FOR = 0.5  # seconds at most
PATIENCE = 2.0  # seconds of each statement
COUNTED_AT_ONCE = 0.03  # seconds that a page waits for the numbers of what was filtered
DONE = frozenset(Status) - OPEN


@dataclass(frozen=True, slots=True)
class Tab:
    """A status with what is in it. `count` is None where it is not counted."""

    name: str
    label: str | Promise
    count: int | None
    current: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue and what stands around it. `earlier` and `later` are cursors for the neighbouring pages, or empty."""

    rows: list[Row]
    earlier: str
    later: str
    tabs: list[Tab]
    found: Ranking | None = None  # of a search in the order of the best match
    engine: str = "postgres"  # that has found it
    stands_in: bool = False  # PostgreSQL has searched, since Elasticsearch is away

    @property
    def counted(self) -> bool:
        """Whether the tabs have their numbers; else they come after the page."""
        return any(tab.count is not None for tab in self.tabs)

    @property
    def anything(self) -> bool:
        """Whether something was found, on whatever tab."""
        return bool(self.rows or any(tab.count for tab in self.tabs) or (self.found and self.found.rows))

    @property
    def count(self) -> int | None:
        """How many match, on all pages together; None where they are not counted."""
        return next((tab.count for tab in self.tabs if tab.current), None)


def queue_page(reader: User, wanted: Wanted, more: Columns, cursor: str = "") -> QueuePage:
    """Two queries, the same for one row or fifty; one where there is nothing. `more`: what is fetched beside what rows are mostly of.
    Raises TooSlow."""
    mine = wanted.apply(visible_tickets(reader))
    counts = _counts_at_once(mine) if wanted.box.tops else tab_counts(mine)
    with within(PATIENCE):
        return keyset_page(wanted, mine, more, cursor, counts)


def _counts_at_once(rows: QuerySet[Ticket]) -> dict[str, int]:
    """The tabs' numbers, or none: a filter may look through all that is done, and then they come after the page."""
    try:
        with within(COUNTED_AT_ONCE):
            return tab_counts(rows)
    except TooSlow:
        return {}


def keyset_page(wanted: Wanted, mine: QuerySet[Ticket], more: Columns, cursor: str, counts: dict[str, int]) -> QueuePage:
    """A page of `mine` in the order of a field; nobody asks for rows where the counts say that there are none."""
    order = _order(wanted)
    rows = rows_of(_keyed(wanted.on_tab(mine), order, more.reader), more, SORT_KEY)  # what it sorts by stands behind
    there = not counts or (any(counts.values()) if wanted.tab == EVERY else counts.get(wanted.tab, 1))
    found = page(rows if there else rows.none(), key=SORT_KEY, descending=order.descending, cursor=cursor, size=PAGE)
    return QueuePage([Row.of(row[:-1]) for row in found.rows], found.earlier, found.later, tabs(wanted, counts))


def rows_of(tickets: QuerySet[Ticket], more: Columns, *also: str) -> QuerySet[Ticket, Any]:
    """The tickets as the queue's rows, with other columns behind those."""
    return more.fetched_with(tickets.annotate(seen_event=seen_event(more.reader))).values_list(*FETCHED, *more.names, *also, named=True)


def tabs(wanted: Wanted, counts: dict[str, int]) -> list[Tab]:
    """The tabs in their order."""
    named: list[tuple[str, str | Promise]] = [(TO_ANSWER, _("To answer")), *((s.value, s.label) for s in Status), (EVERY, _("All"))]
    return [Tab(name, label, counts.get(name), name == wanted.tab) for name, label in named]


def tab_counts(rows: QuerySet[Ticket]) -> dict[str, int]:
    """Exact for what is open; what is done is counted up to the limit and one more. One query."""
    parts = [(TO_ANSWER, *_ids(on_tab(rows, TO_ANSWER)))]
    for statuses, limit in ((OPEN, None), (DONE, COUNTED + 1)):
        sql, params = _ids(rows.filter(status=Status.NEW), limit)
        parts += [(status, sql, (*params[:-1], status.value)) for status in statuses]  # written once: they differ in the last value alone
    return _counted(parts)


def counts_of_finds(rows: QuerySet[Ticket]) -> dict[str, int]:
    """The same for a search by words: the newest finds are looked at once for all tabs. None of them is counted where there are more."""
    counts = {status.value: Count("pk", filter=Q(status=status)) for status in Status}
    counts |= {TO_ANSWER: Count("pk", filter=Q(waiting_key__lt=FAR)), EVERY: Count("pk")}
    found = rows.order_by("-pk")[: COUNTED + 1].aggregate(**counts)
    return found if found[EVERY] <= COUNTED else {EVERY: found[EVERY]}


def _ids(rows: QuerySet[Ticket], limit: int | None = None) -> tuple[str, tuple[Any, ...]]:
    """The statement that finds these rows' ids, at most `limit` of them, and its values; empty for what can hold nothing."""
    if rows.query.is_empty():
        return "", ()
    sql, params = rows.order_by().values("pk")[:limit].query.sql_with_params()
    return sql, tuple(params)


def _counted(parts: Iterable[tuple[str, str, tuple[Any, ...]]]) -> dict[str, int]:
    """How many rows each statement of `_ids` finds, by its name, all in one."""
    counts = {name: 0 for name, _sql, _params in parts}
    asked = [(name, sql, params) for name, sql, params in parts if sql]
    if asked:
        pieces = [f"SELECT %s, count(*) FROM ({sql}) AS part" for _name, sql, _params in asked]  # noqa: S608 - values stay parameters
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(pieces), [value for name, _sql, params in asked for value in (name, *params)])
            counts |= dict(cursor.fetchall())
    return counts


def loosened(reader: User, wanted: Wanted, found: Iterable[Chip]) -> list[tuple[Chip, int | None]]:
    """Those of the first of its chips without which something would be found, and how much, up to the limit and one more; all of them with
    None where that would take too long. One query and its limit of time."""
    looked = [(chip, str(chip.place), part) for chip, part in zip(islice(found, LOOSENED), wanted.box.tops, strict=False)]
    rows = {name: wanted.on_tab(wanted.without(part).apply(visible_tickets(reader))) for _chip, name, part in looked}
    parts = [(name, *_ids(some, MORE_FOUND + 1)) for name, some in rows.items()]
    try:
        with within(LOOKED_FOR):
            counts = _counted(parts)
    except TooSlow:
        return [(chip, None) for chip, _name, _part in looked]
    return [(chip, counts[name]) for chip, name, _part in looked if counts[name]]


def changed_since(reader: User, wanted: Wanted, since_event: int) -> int:
    """How many rows of this view changed after this event: what "3 new" counts without moving a row. One query."""
    rows = wanted.on_tab(wanted.apply(visible_tickets(reader))).filter(last_event_id__gt=since_event)
    return _counted([("updates", *_ids(rows, UPDATES_COUNTED + 1))])["updates"]


def mine_and_all(reader: User) -> dict[str, int]:
    """The numbers of the rail: what waits for an answer, of mine and of all that I may see."""
    rows = on_tab(visible_tickets(reader).filter(merged_into=None), TO_ANSWER)
    return _counted([("queue", *_ids(rows)), ("mine", *_ids(rows.filter(assignee=reader)))])


def count_each(reader: User, wanted: Mapping[str, Wanted]) -> dict[str, int]:
    """How many rows each of these has, up to the limit and one more. One query for all."""
    rows = visible_tickets(reader)
    return _counted([(name, *_ids(one.on_tab(one.apply(rows)), COUNTED + 1)) for name, one in wanted.items()])


def neighbours(reader: User, wanted: Wanted, ticket: Ticket) -> tuple[str, str]:
    """The numbers of the tickets before and after this one in the view somebody came from; empty at an end. Three queries."""
    mine, order = visible_tickets(reader), _order(wanted)
    value = _keyed(mine.filter(pk=ticket.pk), order, reader).values_list(SORT_KEY, flat=True).get()
    rows = _keyed(wanted.on_tab(wanted.apply(mine)), order, reader)
    up, down = ("gt", "lt") if order.descending else ("lt", "gt")
    return _nearest(rows, value, ticket.pk, up), _nearest(rows, value, ticket.pk, down)


def _order(wanted: Wanted) -> Order:
    """That of a list that is paged by what its rows hold; what matches best is paged in `finding.py`."""
    assert wanted.order is not None
    return wanted.order


def _keyed(rows: QuerySet[Ticket], order: Order, reader: User) -> QuerySet[Ticket]:
    return rows.annotate(**{SORT_KEY: order.key(reader)})


def _nearest(rows: QuerySet[Ticket], value: datetime | int | str, pk: int, side: str) -> str:
    sign = "-" if side == "lt" else ""
    beyond = rows.filter(**{f"{SORT_KEY}__{side}e": value}).exclude(**{SORT_KEY: value, f"pk__{'lte' if side == 'gt' else 'gte'}": pk})
    return beyond.order_by(f"{sign}{SORT_KEY}", f"{sign}pk").values_list("number", flat=True).first() or ""
