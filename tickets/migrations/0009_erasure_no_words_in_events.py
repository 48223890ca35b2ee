"""Events, notices and the audit keep ids: the words that some of them hold go into rows that can be erased, or go."""

from __future__ import annotations

from typing import Any

from django.db import migrations, transaction

BATCH = 20_000  # ids

WORDS = ["before", "gates", "notice", "purpose"]
WORD = r"^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,119}$"
TIME = r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$"

PLEDGES = """
WITH old AS MATERIALIZED (
    SELECT id, ticket_id, at, data ->> 'on' AS owes, nextval(pg_get_serial_sequence('tickets_pledge', 'id')) AS pledge
    FROM tickets_event WHERE id > %(after)s AND id <= %(upto)s AND kind = 'ticket.moved' AND data ? 'on' AND ticket_id IS NOT NULL
), made AS (
    INSERT INTO tickets_pledge (id, "on", told, at, ticket_id)
    SELECT pledge, left(coalesce(nullif(owes, ''), '–'), 60), '', at, ticket_id FROM old
)
UPDATE tickets_event SET data = data - 'on' || jsonb_build_object('pledge', old.pledge) FROM old WHERE tickets_event.id = old.id
"""
EVENTS = """
UPDATE tickets_event SET data = kept.data
FROM (
    SELECT one.id, coalesce(jsonb_object_agg(pair.key, pair.value) FILTER (WHERE test.fine), '{}') AS data, bool_and(test.fine) AS fine
    FROM tickets_event AS one, jsonb_each(one.data) AS pair,
        LATERAL (SELECT jsonb_typeof(pair.value) <> 'string' OR pair.value #>> '{}' = '' OR pair.value #>> '{}' ~ %(time)s
                        OR (pair.key = ANY (%(words)s) AND pair.value #>> '{}' ~ %(word)s) AS fine) AS test
    WHERE one.id > %(after)s AND one.id <= %(upto)s AND jsonb_typeof(one.data) = 'object'
    GROUP BY one.id
) AS kept
WHERE tickets_event.id = kept.id AND NOT kept.fine
"""
NOTICES = """
UPDATE staff_notice SET data = staff_notice.data - 'subject' || coalesce(told.ticket, '{}')
FROM (
    SELECT one.id, CASE WHEN ticket.id IS NOT NULL THEN jsonb_build_object('ticket', ticket.id) END AS ticket
    FROM staff_notice AS one LEFT JOIN tickets_ticket AS ticket ON ticket.number = one.data ->> 'number'
    WHERE one.id > %(after)s AND one.id <= %(upto)s AND one.data ? 'subject'
) AS told
WHERE staff_notice.id = told.id
"""
AUDIT = [
    "ALTER TABLE audit_auditentry DISABLE TRIGGER audit_entry_stays",
    """
    INSERT INTO audit_remark (entry_id, text, about_kind, about_id)
    SELECT entry.id, left(entry.data ->> 'reason', 500), 'tickets.ticket', event.ticket_id
    FROM audit_auditentry AS entry LEFT JOIN tickets_event AS event ON event.id::text = entry.data ->> 'event'
    WHERE entry.action = 'deliveries.dropped' AND entry.data ->> 'reason' <> ''
    """,
    "UPDATE audit_auditentry SET data = data - 'reason' - 'error' WHERE action = 'deliveries.dropped'",
    "ALTER TABLE audit_auditentry ENABLE TRIGGER audit_entry_stays",
]


def without_words(apps: Any, editor: Any) -> None:
    for statement, table in ((PLEDGES, "tickets_event"), (EVENTS, "tickets_event"), (NOTICES, "staff_notice")):
        _in_batches(editor.connection, statement, table)
    with transaction.atomic(using=editor.connection.alias), editor.connection.cursor() as cursor:
        for statement in AUDIT:
            cursor.execute(statement)


def _in_batches(connection: Any, statement: str, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        last = cursor.fetchone()[0]
        for after in range(0, last, BATCH):
            cursor.execute(statement, {"after": after, "upto": after + BATCH, "words": WORDS, "word": WORD, "time": TIME})


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0008_erasure_pledges"), ("audit", "0002_erasure_remarks"), ("staff", "0003_erasure_copies")]

    operations = [migrations.RunPython(without_words, migrations.RunPython.noop)]
