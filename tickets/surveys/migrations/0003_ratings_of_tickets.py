"""Tickets say their newest rating themselves, so that they can be sorted by it."""

from django.db import migrations

RATED = """
UPDATE tickets_ticket AS ticket SET rating = newest.score FROM (
    SELECT DISTINCT ON (ticket_id) ticket_id, score FROM surveys_survey
    WHERE score IS NOT NULL AND ticket_id > %(after)s AND ticket_id <= %(upto)s
    ORDER BY ticket_id, id DESC
) AS newest
WHERE newest.ticket_id = ticket.id AND ticket.rating = 0
"""
BATCH = 20_000


def rate(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM tickets_ticket")
        (last,) = cursor.fetchone()
        for after in range(0, last, BATCH):
            cursor.execute(RATED, {"after": after, "upto": after + BATCH})


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("surveys", "0002_seed_texts"), ("tickets", "0023_sort_keys")]

    operations = [migrations.RunPython(rate, migrations.RunPython.noop)]
