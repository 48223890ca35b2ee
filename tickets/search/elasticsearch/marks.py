"""What must go to Elasticsearch: a row each, which stands until it is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection

from helpdesk.base import clock
from helpdesk.base.queue import nudge
from tickets.models import Event
from tickets.search.elasticsearch.server import chosen

_MARK = """
INSERT INTO search_searchpush (ticket_id, due_at, failures, reason) SELECT pk, %s, 0, '' FROM unnest(%s::bigint[]) AS pk ORDER BY pk
ON CONFLICT (ticket_id) DO UPDATE
SET id = EXCLUDED.id, due_at = EXCLUDED.due_at, claimed_until = NULL, failures = 0, parked_at = NULL, reason = ''
"""
_NEXT = "SELECT nextval(pg_get_serial_sequence('search_searchpush', 'id'))"


def hear(events: Sequence[Event]) -> None:
    """A subscriber: something of a ticket has changed by which it is found, chosen or sorted."""
    mark({event.ticket_id for event in events if event.ticket_id is not None})


def mark(ids: Collection[int]) -> None:
    """These tickets must go there (once more). What somebody is bringing just now comes again after that."""
    if chosen() and ids:
        with connection.cursor() as cursor:
            cursor.execute(_MARK, [clock.now(), list(ids)])
        nudge("search.push")


def revision() -> int:
    """A number above all before it, to be taken before a ticket is read: of two documents of one ticket the server keeps the higher."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT)
        return int(cursor.fetchone()[0])
