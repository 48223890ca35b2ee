"""The queue's rows and numbers. Everything starts at `visible_tickets`, so that counts, rows and pages agree with each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.base.paging import page
from helpdesk.base.worded import Worded
from helpdesk.staff.models import Team, User
from helpdesk.staff.rights import Right, scope_for
from helpdesk.studio.models import Game
from tickets.access import visible_tickets
from tickets.desk.presence import seen_event
from tickets.desk.queue.filters import EVERY, SORT_KEY, TO_ANSWER, Wanted, on_tab
from tickets.desk.queue.rows import FETCHED, Row
from tickets.filters.columns import Columns
from tickets.models import FAR, OPEN, Status, Ticket

PAGE = 50
COUNTED = 10_000  # beyond the open statuses nobody needs the exact number
UPDATES_COUNTED = 99
DONE = frozenset(Status) - OPEN

_games = Worded(lambda: Game.objects.filter(archived_at=None))
_people = Worded(lambda: User.objects.filter(is_active=True).only("id", "name", "email"))
_teams = Worded(lambda: Team.objects.order_by("name", "pk"))


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

    @property
    def count(self) -> int | None:
        """How many match, on all pages together; None where they are not counted."""
        return next((tab.count for tab in self.tabs if tab.current), None)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer this reader."""

    games: list[Game]
    languages: list[str]
    people: list[User]
    teams: list[Team]


def queue_page(reader: User, wanted: Wanted, more: Columns, cursor: str = "") -> QueuePage:
    """Two queries, the same for one row or fifty. `more`: what is fetched beside what rows are mostly drawn of."""
    mine = wanted.apply(visible_tickets(reader))
    counts = counts_of_finds(mine) if wanted.box.has_words else tab_counts(mine)
    rows = more.fetched_with(wanted.sorted(wanted.on_tab(mine)).annotate(seen_event=seen_event(reader)))
    listed = rows.values_list(*FETCHED, *more.names, SORT_KEY, named=True)
    found = page(listed, key=SORT_KEY, descending=wanted.order.descending, cursor=cursor, size=PAGE)
    return QueuePage([Row.of(row[:-1]) for row in found.rows], found.earlier, found.later, tabs(wanted, counts))


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
    """The same for a search by words, which no index helps: one look at every row instead of one per tab."""
    counts = {status.value: Count("pk", filter=Q(status=status)) for status in Status}
    return rows.order_by().aggregate(**counts, **{TO_ANSWER: Count("pk", filter=Q(waiting_key__lt=FAR))})


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


def changed_since(reader: User, wanted: Wanted, since_event: int) -> int:
    """How many rows of this view changed after this event: what "3 new" counts without moving a row. One query."""
    rows = wanted.on_tab(wanted.apply(visible_tickets(reader))).filter(last_event_id__gt=since_event)
    return _counted([("updates", *_ids(rows, UPDATES_COUNTED + 1))])["updates"]


def mine_and_all(reader: User) -> dict[str, int]:
    """The numbers of the rail: what waits for an answer, of mine and of all that I may see."""
    rows = on_tab(visible_tickets(reader).filter(merged_into=None), TO_ANSWER)
    return _counted([("queue", *_ids(rows)), ("mine", *_ids(rows.filter(assignee=reader)))])


def choices(reader: User) -> Choices:
    """Games that the reader's rights reach, their languages, everybody who may sign in, all teams."""
    scope = scope_for(reader, Right.VIEW)
    games = [game for game in _games() if scope.everything or any(part.game_id in {None, game.pk} for part in scope.parts)]
    languages = sorted({language for game in games for language in game.languages})
    return Choices(games, languages, _people(), _teams())


def neighbours(reader: User, wanted: Wanted, ticket: Ticket) -> tuple[str, str]:
    """The numbers of the tickets before and after this one in the view somebody came from; empty at an end. Three queries."""
    mine = visible_tickets(reader)
    value = wanted.sorted(mine.filter(pk=ticket.pk)).values_list(SORT_KEY, flat=True).get()
    rows = wanted.sorted(wanted.on_tab(wanted.apply(mine)))
    up, down = ("gt", "lt") if wanted.order.descending else ("lt", "gt")
    return _nearest(rows, value, ticket.pk, up), _nearest(rows, value, ticket.pk, down)


def _nearest(rows: QuerySet[Ticket], value: datetime | int | str, pk: int, side: str) -> str:
    sign = "-" if side == "lt" else ""
    beyond = rows.filter(**{f"{SORT_KEY}__{side}e": value}).exclude(**{SORT_KEY: value, f"pk__{'lte' if side == 'gt' else 'gte'}": pk})
    return beyond.order_by(f"{sign}{SORT_KEY}", f"{sign}pk").values_list("number", flat=True).first() or ""
