"""Finding by words: in the order of the best match, loosened where nothing exact is found, and never longer than a page may take."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from django.db.models import QuerySet

from helpdesk.base import clock
from helpdesk.base.bounds import whole_number
from helpdesk.base.patience import within
from helpdesk.staff.models import User
from tickets.access import visible_tickets
from tickets.desk.queue.filters import BEST, EVERY, TO_ANSWER, Wanted
from tickets.desk.queue.rows import Row
from tickets.desk.queue.selectors import PAGE, QueuePage, counts_of_finds, keyset_page, rows_of, tabs
from tickets.models import Status, Ticket
from tickets.search import postgres
from tickets.search.looking import Loose
from tickets.search.postgres import Ranking

PATIENCE = 2.0  # seconds of each statement


def find(reader: User, wanted: Wanted, cursor: str = "") -> tuple[Wanted, QueuePage]:
    """A page of what the words find, and how they were taken: where nothing is like that, what is nearly so. Raises TooSlow."""
    with within(PATIENCE, by_index=True):
        found = _page(reader, wanted, cursor)
        if found.anything or wanted.loose != Loose.UNSAID:
            return wanted, found
        for loose in (Loose.NEAR, Loose.MOST):
            other = replace(wanted, loose=loose)
            if (looser := _page(reader, other, "")).anything:
                return other, looser
        return wanted, found


def _page(reader: User, wanted: Wanted, cursor: str) -> QueuePage:
    mine = wanted.apply(visible_tickets(reader))
    if wanted.sort != BEST:
        counts = {} if postgres.is_common(wanted.look) else counts_of_finds(mine)  # the page does not wait for ten thousand
        return keyset_page(reader, wanted, mine, cursor, counts)
    ranking = postgres.ranked(mine, wanted.look, now=clock.now())
    counts = {} if ranking.more else _counts(ranking)
    ids = _on_tab(ranking, mine, wanted)
    start = whole_number(cursor)
    there = {row.pk: Row._make(row) for row in rows_of(reader, visible_tickets(reader).filter(pk__in=ids[start : start + PAGE]))}
    rows = [there[pk] for pk in ids[start : start + PAGE] if pk in there]
    earlier = str(max(start - PAGE, 0)) if start else ""
    later = str(start + PAGE) if len(ids) > start + PAGE else ""
    return QueuePage(rows, earlier, later, tabs(wanted, counts), found=ranking)


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
    with within(PATIENCE, by_index=True):
        mine = wanted.apply(visible_tickets(reader))
        ids = _on_tab(postgres.ranked(mine, wanted.look, now=clock.now()), mine, wanted)
        if ticket.pk not in ids:
            return "", ""
        at = ids.index(ticket.pk)
        numbers = dict(visible_tickets(reader).filter(pk__in=ids[max(at - 1, 0) : at + 2]).values_list("pk", "number"))
        before = numbers.get(ids[at - 1], "") if at else ""
        return before, numbers.get(ids[at + 1], "") if at + 1 < len(ids) else ""
