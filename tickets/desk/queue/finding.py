"""Finding by words: in the order of the best match, loosened where nothing exact is found, and never longer than a page may take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from django.db.models import QuerySet

from helpdesk.base import clock
from helpdesk.base.bounds import whole_number
from helpdesk.base.patience import within
from helpdesk.staff.models import User
from tickets.access import visible_tickets
from tickets.desk.queue.filters import EVERY, TO_ANSWER, Wanted
from tickets.desk.queue.rows import Row
from tickets.desk.queue.selectors import PAGE, PATIENCE, QueuePage, counts_of_finds, keyset_page, rows_of, tabs
from tickets.filters.columns import Columns
from tickets.models import Status, Ticket
from tickets.search import postgres
from tickets.search.elasticsearch import finding as elastic
from tickets.search.elasticsearch import server
from tickets.search.elasticsearch.conditions import Unsaid
from tickets.search.elasticsearch.finding import Found, Search, Standing
from tickets.search.elasticsearch.server import NoAnswer
from tickets.search.looking import Loose
from tickets.search.postgres import RANKED, Ranking


def find(reader: User, wanted: Wanted, more: Columns, cursor: str = "") -> tuple[Wanted, QueuePage]:
    """A page of what the words find, and how they were taken: where nothing is like that, what is nearly so. Raises TooSlow."""
    standing = elastic.standing()
    if standing == Standing.READY:
        try:
            return _loosened(wanted, cursor, lambda *asked: _elsewhere(reader, more, *asked))
        except Unsaid:  # as ever: some fields are asked of the tickets alone
            pass
        except NoAnswer:
            standing = Standing.AWAY
    with within(PATIENCE, by_index=True):
        wanted, found = _loosened(wanted, cursor, lambda *asked: _page(reader, more, *asked))
    return wanted, replace(found, stands_in=standing == Standing.AWAY)


def _loosened(wanted: Wanted, cursor: str, page: Callable[[Wanted, str], QueuePage]) -> tuple[Wanted, QueuePage]:
    found = page(wanted, cursor)
    if found.anything or wanted.loose != Loose.UNSAID:
        return wanted, found
    other = wanted
    for loose in (Loose.NEAR, Loose.MOST):
        other = other.loosely(loose)
        if (looser := page(other, "")).anything:
            return other, looser
    return wanted, found


def _elsewhere(reader: User, more: Columns, wanted: Wanted, cursor: str) -> QueuePage:
    """By Elasticsearch; its rows by the tickets themselves, so that none is shown that is none any more. Raises NoAnswer."""
    search, order, start = _search(reader, wanted), wanted.order, whole_number(cursor)
    if order is None:
        found = elastic.best(search, start, PAGE + 1)
        ids, (earlier, later) = found.ids[:PAGE], _beside(start, more=len(found.ids) > PAGE)
    else:
        found = elastic.in_order(search, order.field.name, descending=order.descending, cursor=cursor, size=PAGE)
        ids, earlier, later = found.ids, found.earlier, found.later
    there = wanted.on_tab(visible_tickets(reader).filter(wanted.conditions, pk__in=ids, merged_into=None))
    rows = {row.pk: row for row in map(Row.of, rows_of(there, more))}
    return QueuePage([rows[pk] for pk in ids if pk in rows], earlier, later, tabs(wanted, _of_all_tabs(found)), engine=server.NAME)


def _search(reader: User, wanted: Wanted) -> Search:
    status = wanted.tab if wanted.tab in Status.values else ""
    return Search(wanted.look, reader, status, waiting=wanted.tab == TO_ANSWER)


def _of_all_tabs(found: Found) -> dict[str, int]:
    return found.counts | {TO_ANSWER: found.waiting, EVERY: sum(found.counts.values())}


def counts(reader: User, wanted: Wanted) -> dict[str, int]:
    """How much of what the words find is on each tab, as `find` says it. Raises TooSlow."""
    if elastic.standing() == Standing.READY:
        with suppress(NoAnswer):
            return _of_all_tabs(elastic.best(_search(reader, wanted), 0, 0))
    with within(PATIENCE, by_index=True):
        return counts_of_finds(wanted.apply(visible_tickets(reader)))


def _page(reader: User, more: Columns, wanted: Wanted, cursor: str) -> QueuePage:
    mine = wanted.apply(visible_tickets(reader))
    if wanted.order is not None:
        counts = {} if postgres.is_common(wanted.look) else counts_of_finds(mine)  # the page does not wait for ten thousand
        return keyset_page(wanted, mine, more, cursor, counts)
    ranking = postgres.ranked(mine, wanted.look, now=clock.now())
    counts = {} if ranking.more else _counts(ranking)
    ids = _on_tab(ranking, mine, wanted)
    start = whole_number(cursor)
    there = {row.pk: Row.of(row) for row in rows_of(visible_tickets(reader).filter(pk__in=ids[start : start + PAGE]), more)}
    rows = [there[pk] for pk in ids[start : start + PAGE] if pk in there]
    return QueuePage(rows, *_beside(start, more=len(ids) > start + PAGE), tabs(wanted, counts), found=ranking)


def _beside(start: int, *, more: bool) -> tuple[str, str]:
    """The cursors of the pages before and after the one that begins with this place of the best; empty where there is none."""
    return str(max(start - PAGE, 0)) if start else "", str(start + PAGE) if more else ""


def _on_tab(ranking: Ranking, mine: QuerySet[Ticket], wanted: Wanted) -> list[int]:
    """The best of its tab; among all of them where not all were compared."""
    if ranking.more and wanted.tab != EVERY:
        ranking = postgres.ranked(wanted.on_tab(mine), wanted.look, now=clock.now())
    return [row.pk for row in ranking.rows if wanted.tab in {EVERY, row.status} or (wanted.tab == TO_ANSWER and row.waiting)]


def _counts(ranking: Ranking) -> dict[str, int]:
    by_status = Counter(row.status for row in ranking.rows)
    return {status: by_status[status] for status in Status.values} | {
        TO_ANSWER: sum(row.waiting for row in ranking.rows),
        EVERY: len(ranking.rows),
    }


def beside(reader: User, wanted: Wanted, ticket: Ticket) -> tuple[str, str]:
    """The numbers of the tickets before and after this one in the order of the best match; empty at an end."""
    ids = _best(reader, wanted)
    if ticket.pk not in ids:
        return "", ""
    at = ids.index(ticket.pk)
    numbers = dict(visible_tickets(reader).filter(pk__in=ids[max(at - 1, 0) : at + 2]).values_list("pk", "number"))
    before = numbers.get(ids[at - 1], "") if at else ""
    return before, numbers.get(ids[at + 1], "") if at + 1 < len(ids) else ""


def _best(reader: User, wanted: Wanted) -> list[int]:
    if elastic.standing() == Standing.READY:
        with suppress(NoAnswer):
            return elastic.best(_search(reader, wanted), 0, RANKED).ids
    with within(PATIENCE, by_index=True):
        mine = wanted.apply(visible_tickets(reader))
        return _on_tab(postgres.ranked(mine, wanted.look, now=clock.now()), mine, wanted)
