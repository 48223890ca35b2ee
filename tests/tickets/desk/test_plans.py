"""The lists that are asked for most use the indexes that are made for them: a lost index, or an order that none fits, fails here.

The table is small and skewed as a desk's is: nearly all is done, little waits, few of it are urgent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Game
from players.models import Player
from tests.factories.desk import make_game, make_player, make_ticket
from tests.factories.staff import UserFactory, somebody
from tests.tickets.deeds import rolled_back
from tickets.access import visible_tickets
from tickets.desk.queue.filters import Wanted
from tickets.desk.queue.selectors import neighbours, queue_page
from tickets.filters.columns import Columns
from tickets.models import FAR, OPEN, Ticket

pytestmark = pytest.mark.django_db
TICKETS = 25_000


def chance(salt: int, of: int) -> str:
    """A number from 0 to below `of` for each copy, in SQL; what is drawn with another salt does not depend on it."""
    return f"((hashint8(k * 1000 + {salt})::bigint + 2147483648) %% {of})"


LOT = chance(1, 1000)
STATUS = f"""CASE WHEN {LOT} < 20 THEN 'new' WHEN {LOT} < 60 THEN 'waiting' WHEN {LOT} < 80 THEN 'pending'
    WHEN {LOT} < 90 THEN 'in_progress' WHEN {LOT} < 150 THEN 'answered' WHEN {LOT} < 200 THEN 'resolved' ELSE 'closed' END"""
DAY = f"(now() - make_interval(mins => {chance(2, 260_000)}::int))"
WAITS = f"CASE WHEN {LOT} < 80 AND k %% 3 > 0 THEN {DAY} END"
COLUMNS = {  # a ticket's columns as they are spread over the copies of one, `k` being the copy's number
    "number": "'P' || k",
    "status": STATUS,
    "priority": f"CASE {chance(3, 10)} WHEN 0 THEN 4 WHEN 1 THEN 3 WHEN 2 THEN 1 ELSE 2 END",
    "pending_on": f"CASE WHEN {LOT} BETWEEN 60 AND 79 THEN 'Billing' ELSE '' END",
    "pending_until": f"CASE WHEN {LOT} BETWEEN 60 AND 89 THEN now() + make_interval(hours => {chance(4, 200)}::int) END",
    "waiting_since": WAITS,
    "waiting_key": f"COALESCE({WAITS}, '{FAR.isoformat()}'::timestamptz)",
    "created_at": DAY,
    "changed_at": f"{DAY} + make_interval(mins => {chance(5, 90)}::int)",
    "game_id": f"(%(games)s::bigint[])[1 + {chance(6, 7)} / 3]",
    "player_id": f"(%(players)s::bigint[])[1 + {chance(7, 400)}]",
    "assignee_id": f"CASE WHEN {chance(8, 5)} > 0 THEN (%(people)s::bigint[])[1 + {chance(9, 40)}] END",
}


@dataclass
class Desk:
    """The reader, and one of the tickets that wait."""

    reader: User
    ticket: Ticket

    def asked(self, query: str) -> Wanted:
        return Wanted.of(QueryDict(query), self.reader)

    def page(self, query: str) -> None:
        assert queue_page(self.reader, self.asked(query), Columns((), self.reader)).rows


@pytest.fixture(scope="module")
def desk(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Desk]:
    """Made once for all lists, in a transaction that leaves nothing."""
    with django_db_blocker.unblock(), rolled_back():
        reader = somebody(Right.VIEW)
        people = [reader, *UserFactory.create_batch(39)]
        first = make_ticket()
        columns = [str(column.column) for column in Ticket._meta.concrete_fields if not column.primary_key]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO tickets_ticket ({', '.join(columns)}) SELECT {', '.join(COLUMNS.get(name, 't.' + name) for name in columns)} "
                "FROM tickets_ticket AS t CROSS JOIN generate_series(1, %(count)s) AS k WHERE t.id = %(first)s",
                {
                    "count": TICKETS,
                    "first": first.pk,
                    "games": [make_game(slug).pk for slug in ("emberfall", "tideborn", "ashvale")],
                    "players": [make_player().pk for _ in range(400)],
                    "people": [person.pk for person in people],
                },
            )
            cursor.execute(f"ANALYZE {', '.join(table._meta.db_table for table in (Ticket, Player, Game, User))}")
            cursor.execute("UPDATE pg_class SET relallvisible = relpages WHERE relname = 'tickets_ticket'")  # as after VACUUM
        yield Desk(reader, Ticket.objects.filter(status="waiting", waiting_since__isnull=False, assignee=None).order_by("pk")[10])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def looks(captured: CaptureQueriesContext, *, counting: bool = False) -> list[tuple[str, bool]]:
    """Of each statement that lists tickets, or counts them: how it comes to them (an index, or “all rows”), and whether it sorts them."""
    found = []
    for query in captured.captured_queries:
        if '"tickets_ticket"' in query["sql"] and query["sql"].startswith("SELECT") and ("UNION ALL" in query["sql"]) == counting:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {query['sql']}")
                plan = cursor.fetchone()[0][0]["Plan"]
            of_tickets = [one for one in nodes(plan) if one.get("Relation Name") == "tickets_ticket"]
            ways = [way for one in of_tickets for way in (nodes(one) if one["Node Type"] == "Bitmap Heap Scan" else [one])]
            sorts = any("Sort" in one["Node Type"] for one in nodes(plan))
            joining = {"Bitmap Heap Scan", "BitmapOr", "BitmapAnd"}
            found += [(one.get("Index Name", "all rows"), sorts) for one in ways if one["Node Type"] not in joining]
    return found


LISTS = {  # what is asked in the address: the index, which gives the rows in their order
    "": "ticket_all_waiting",
    "assignee=nobody": "ticket_all_waiting",
    "status=waiting": "ticket_queue_waiting",
    "status=answered": "ticket_queue_changed",
    "status=resolved&sort=newest": "ticket_queue_created",
    "status=pending": "ticket_queue_due",
    "status=in_progress": "ticket_queue_due",
    "status=waiting&game=emberfall": "ticket_game_waiting",
    "sort=urgent": "ticket_waiting_urgent",
    "status=waiting&sort=urgent": "ticket_queue_urgent",
    "status=all": "ticket_all_changed",
    "status=all&sort=newest": "ticket_all_created",
    "status=all&sort=urgent": "ticket_all_urgent",
    "status=all&sort=waiting": "ticket_all_waiting",
}


@pytest.mark.parametrize("query", LISTS)
def test_a_list_comes_out_of_its_index_in_order(desk: Desk, query: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        desk.page(query)

    assert looks(captured) == [(LISTS[query], False)]


def test_who_sees_a_field_wherever_he_sees_tickets_sorts_by_its_index(desk: Desk) -> None:
    reader = somebody(Right.VIEW, Right.SEE_RATING, language="en")
    with CaptureQueriesContext(connection) as captured:
        assert queue_page(reader, Wanted.of(QueryDict("status=all&sort=-surveys.rating"), reader), Columns((), reader)).rows

    assert looks(captured) == [("ticket_by_rating", False)]


def test_one_persons_tickets_come_out_of_an_index_however_few_are_sorted(desk: Desk) -> None:
    with CaptureQueriesContext(connection) as captured:
        desk.page("assignee=me")
        desk.page("assignee=me&status=waiting")

    (all_of_them, _sorted), (waiting, _sorted) = looks(captured)
    assert all_of_them != "all rows"
    assert waiting == "ticket_assignee"


def test_the_neighbours_of_a_ticket_are_found_where_it_stands(desk: Desk) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert all(neighbours(desk.reader, desk.asked(""), desk.ticket))

    assert looks(captured) == [("tickets_ticket_pkey", False), *[("ticket_all_waiting", False)] * 2]


def test_a_player_brings_his_newest_tickets(desk: Desk) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert visible_tickets(desk.reader).filter(player=desk.ticket.player_id).order_by("-created_at")[:6]

    assert looks(captured) == [("ticket_of_player", False)]


def test_what_is_open_is_counted_without_a_look_at_the_table(desk: Desk) -> None:
    with CaptureQueriesContext(connection) as captured:
        desk.page("status=waiting")

    to_answer, *statuses = (way for way, _sorted in looks(captured, counting=True))
    assert to_answer in {"ticket_waiting_urgent", "ticket_all_waiting"}
    assert set(statuses[: len(OPEN)]) == {"ticket_counts"}
