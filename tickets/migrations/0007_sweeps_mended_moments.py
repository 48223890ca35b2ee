from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models

FIRST, LAST = "timestamptz '2000-01-01 00:00+00'", "timestamptz '2200-01-01 00:00+00'"
INTO_BOUNDS = "LEAST(GREATEST({column}, " + FIRST + "), " + LAST + ")"
BATCH = 10_000  # ids looked at in one statement
MENDED = {  # table: what each column becomes where it lies beyond the bounds
    "tickets_delivery": {"due_at": INTO_BOUNDS},
    "tickets_event": {"at": INTO_BOUNDS, "recorded_at": INTO_BOUNDS},
    "tickets_message": {
        "at": INTO_BOUNDS,
        "then_pending_until": "NULL",
        "leaves_at": "now()",
        "sent_at": INTO_BOUNDS,
        "delivered_at": INTO_BOUNDS,
        "opened_at": INTO_BOUNDS,
    },
    "tickets_ticket": {
        "pending_until": "NULL",
        "created_at": INTO_BOUNDS,
        "waiting_since": INTO_BOUNDS,
        "last_player_message_at": INTO_BOUNDS,
    },
    "tickets_timer": {"due_at": INTO_BOUNDS, "armed_at": INTO_BOUNDS},
}
OVERDUE = """
INSERT INTO tickets_timer (ticket_id, kind, due_at, freezes, armed_at, attempts, error)
SELECT id, 'lifecycle.overdue', pending_until, false, now(), 0, ''
FROM tickets_ticket WHERE status = 'pending' AND pending_until IS NOT NULL AND merged_into_id IS NULL
ON CONFLICT (ticket_id, kind) DO NOTHING
"""


def mend(apps, schema_editor):
    """Bring every moment of before between the two centuries, a range of ids at a time."""
    with schema_editor.connection.cursor() as cursor:
        for table, columns in MENDED.items():
            beyond = {column: f"{column} NOT BETWEEN {FIRST} AND {LAST}" for column in columns}
            changes = [f"{c} = CASE WHEN {beyond[c]} THEN {what.format(column=c)} ELSE {c} END" for c, what in columns.items()]
            if table == "tickets_ticket":
                changes.append(
                    f"waiting_key = CASE WHEN {beyond['waiting_since']} THEN {INTO_BOUNDS.format(column='waiting_since')} ELSE waiting_key END"
                )
            sql = f"UPDATE {table} SET {', '.join(changes)} WHERE id BETWEEN %s AND %s AND ({' OR '.join(beyond.values())})"
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            (last,) = cursor.fetchone()
            for start in range(0, last + 1, BATCH):
                cursor.execute(sql, [start, start + BATCH - 1])
        cursor.execute("UPDATE tickets_timer SET \"left\" = interval '36525 days' WHERE \"left\" > interval '36525 days'")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("tickets", "0006_sweeps_parking_and_bounds"),
    ]

    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop),
        ValidateConstraint(model_name="delivery", name="delivery_moments_sane"),
        ValidateConstraint(model_name="event", name="event_moments_sane"),
        ValidateConstraint(model_name="message", name="message_moments_sane"),
        ValidateConstraint(model_name="ticket", name="ticket_moments_sane"),
        ValidateConstraint(model_name="timer", name="timer_moments_sane"),
        ValidateConstraint(model_name="timer", name="timer_stands_no_longer_than_a_century"),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(condition=models.Q(("parked_at__isnull", False)), fields=["parked_at"], name="message_parked"),
        ),
        AddIndexConcurrently(
            model_name="timer",
            index=models.Index(condition=models.Q(("parked_at__isnull", False)), fields=["parked_at"], name="timer_parked"),
        ),
        migrations.RunSQL(OVERDUE, migrations.RunSQL.noop),
    ]
