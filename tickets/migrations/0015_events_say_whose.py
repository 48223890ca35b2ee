"""Events that are there already are told whose ticket it was, and whether they were entered later. In batches, beside the running desk."""

from __future__ import annotations

from typing import Any

from django.db import migrations

BATCH = 20_000  # ids

# whose it was before the next time that somebody changed it, else whose it is now
WHOSE = """
UPDATE tickets_event AS event
SET player_id = coalesce((
        SELECT CASE WHEN jsonb_typeof(later.data -> 'before') = 'number' THEN (later.data ->> 'before')::bigint END
        FROM tickets_event AS later
        WHERE later.ticket_id = event.ticket_id AND later.id > event.id AND later.kind = 'ticket.player_set'
        ORDER BY later.id LIMIT 1
    ), ticket.player_id),
    backfilled = CASE WHEN jsonb_typeof(event.data) = 'object' THEN event.data -> 'backfilled' = 'true' IS TRUE ELSE false END
FROM tickets_ticket AS ticket
WHERE ticket.id = event.ticket_id AND event.id > %(after)s AND event.id <= %(upto)s AND event.player_id IS NULL
"""


def say_whose(apps: Any, editor: Any) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM tickets_event")
        first, last = cursor.fetchone()
        for after in range(first - 1, last, BATCH):
            cursor.execute(WHOSE, {"after": after, "upto": after + BATCH})


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0014_events_for_reports")]

    operations = [migrations.RunPython(say_whose, migrations.RunPython.noop)]
