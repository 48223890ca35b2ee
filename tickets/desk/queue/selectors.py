"""The queue's rows and numbers. Everything starts at `visible_tickets`, so that counts, rows and pages agree with each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.base.paging import Page, page
from helpdesk.games.models import Game
from helpdesk.staff.models import Team, User
from helpdesk.staff.rights import Right, scope_for
from tickets.access import visible_tickets
from tickets.desk.presence import unread
from tickets.desk.queue.filters import EVERY, TO_ANSWER, Filter
from tickets.models import FAR, OPEN, Status, Ticket

PAGE = 50
COUNTED = 10_000  # beyond the open statuses nobody needs the exact number
UPDATES_COUNTED = 99
SHOWN = (  # what a row shows and the page is sorted by: a game alone has two dozen columns
    *("number", "subject", "preview", "language", "status", "pending_on", "pending_until", "topic_by_machine", "team"),
    *("waiting_since", "waiting_key", "created_at", "changed_at", "last_event_id"),
    *(
        "game__name",
        "game__colour_accent",
        "player__name",
        "player__tier",
        "assignee__name",
        "assignee__is_active",
        "topic__name",
        "topic__slug",
    ),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A status with what is in it. `count` is None where it is not counted."""

    name: str
    label: str | Promise
    count: int | None
    current: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue and what stands around it."""

    filter: Filter
    page: Page[Ticket]
    tabs: list[Tab]
    unread: set[int]
    total: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer this reader."""

    games: list[Game]
    languages: list[str]
    people: list[User]
    teams: list[Team]


def queue_page(reader: User, wanted: Filter, cursor: str = "") -> QueuePage:
    """Three queries, the same for one row or fifty."""
    mine = wanted.apply(visible_tickets(reader), reader)
    counts = counts_of_finds(mine) if wanted.words else tab_counts(mine)
    rows = wanted.on_tab(mine).select_related("game", "player", "assignee", "topic").only(*SHOWN)
    found = page(rows, key=wanted.order.key, descending=wanted.order.descending, cursor=cursor, size=PAGE)
    return QueuePage(wanted, found, tabs(wanted, counts), unread(found.rows, reader), counts.get(wanted.tab, 0))


def tabs(wanted: Filter, counts: dict[str, int]) -> list[Tab]:
    """The tabs in their order."""
    named: list[tuple[str, str | Promise]] = [(TO_ANSWER, _("To answer")), *((s.value, s.label) for s in Status), (EVERY, _("All"))]
    return [Tab(name, label, counts.get(name), name == wanted.tab) for name, label in named]


def tab_counts(rows: QuerySet[Ticket]) -> dict[str, int]:
    """Exact for what is open; what is done is counted up to the limit and one more. One query."""
    parts = {TO_ANSWER: Filter().on_tab(rows)}
    parts |= {status.value: rows.filter(status=status) for status in Status}
    return counted({name: (part, None if name == TO_ANSWER or name in OPEN else COUNTED + 1) for name, part in parts.items()})


def counts_of_finds(rows: QuerySet[Ticket]) -> dict[str, int]:
    """The same for a search by words, which no index helps: one look at every row instead of one per tab."""
    counts = {status.value: Count("pk", filter=Q(status=status)) for status in Status}
    return rows.order_by().aggregate(**counts, **{TO_ANSWER: Count("pk", filter=Q(waiting_key__lt=FAR))})


def counted(parts: dict[str, tuple[QuerySet[Ticket], int | None]]) -> dict[str, int]:
    """How many rows each queryset has, at most its limit, all in one statement. One that can hold nothing is 0."""
    pieces, values, counts = [], [], dict.fromkeys(parts, 0)
    for name, (rows, limit) in parts.items():
        bare = rows.order_by().values("pk")
        sql, params = (bare[:limit] if limit else bare).query.sql_with_params() if not rows.query.is_empty() else ("", ())
        if sql:
            pieces.append(f"SELECT %s, count(*) FROM ({sql}) AS part")  # noqa: S608 - Django wrote it, the values stay parameters
            values += [name, *params]
    if pieces:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(pieces), values)
            counts |= dict(cursor.fetchall())
    return counts


def changed_since(reader: User, wanted: Filter, since_event: int) -> int:
    """How many rows of this view changed after this event: what "3 new" counts without moving a row. One query."""
    rows = wanted.on_tab(wanted.apply(visible_tickets(reader), reader)).filter(last_event_id__gt=since_event)
    return counted({"updates": (rows, UPDATES_COUNTED + 1)})["updates"]


def mine_and_all(reader: User) -> dict[str, int]:
    """The numbers of the rail: what waits for an answer, of mine and of all that I may see."""
    rows = Filter().on_tab(visible_tickets(reader).filter(merged_into=None))
    return counted({"queue": (rows, None), "mine": (rows.filter(assignee=reader), None)})


def choices(reader: User) -> Choices:
    """Games that the reader's rights reach, their languages, everybody who may sign in, all teams."""
    scope = scope_for(reader, Right.VIEW)
    games = [
        game for game in Game.objects.filter(archived_at=None) if scope.everything or any(p.game_id in {None, game.pk} for p in scope.parts)
    ]
    languages = sorted({language for game in games for language in game.languages})
    return Choices(games, languages, list(User.objects.filter(is_active=True).only("id", "name", "email")), list(Team.objects.all()))


def neighbours(reader: User, wanted: Filter, ticket: Ticket) -> tuple[str, str]:
    """The numbers of the tickets before and after this one in the view somebody came from; empty at an end. Two queries."""
    rows = wanted.on_tab(wanted.apply(visible_tickets(reader), reader))
    sort = wanted.order
    value = getattr(ticket, sort.key)
    up, down = ("gt", "lt") if sort.descending else ("lt", "gt")
    before = _nearest(rows, sort.key, value, ticket.pk, up)
    after = _nearest(rows, sort.key, value, ticket.pk, down)
    return before, after


def _nearest(rows: QuerySet[Ticket], key: str, value: datetime, pk: int, side: str) -> str:
    sign = "-" if side == "lt" else ""
    beyond = rows.filter(**{f"{key}__{side}e": value}).exclude(**{key: value, f"pk__{'lte' if side == 'gt' else 'gte'}": pk})
    return beyond.order_by(f"{sign}{key}", f"{sign}pk").values_list("number", flat=True).first() or ""
