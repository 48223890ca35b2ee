"""An account knows what its newest card says of the few facts by which tickets are counted and found. The former release leaves it alone."""

import django.contrib.postgres.fields
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models

AT_ONCE = 5_000
FILL = """
WITH card AS (
    SELECT account.id, newest.fields FROM players_gameaccount AS account CROSS JOIN LATERAL (
        SELECT fields FROM players_profilesnapshot WHERE account_id = account.id ORDER BY taken_at DESC, id DESC LIMIT 1
    ) AS newest WHERE account.id > %s AND account.id <= %s AND account.traits IS NULL AND jsonb_typeof(newest.fields) = 'object'
), said AS (
    SELECT DISTINCT ON (card.id, name.trait) card.id, name.trait, btrim(card.fields ->> name.name) AS word
    FROM card CROSS JOIN (VALUES ('tier', 'tier', 1), ('country', 'country', 1), ('platform', 'platform', 1), ('platform', 'os', 2),
        ('build', 'version', 1), ('build', 'build', 2), ('server', 'server', 1)) AS name (trait, name, place)
    WHERE jsonb_typeof(card.fields -> name.name) IN ('string', 'number') ORDER BY card.id, name.trait, name.place
)
UPDATE players_gameaccount AS account SET traits = found.ids
FROM (
    SELECT said.id, array_agg(known.id ORDER BY known.id) AS ids
    FROM said JOIN players_cardvalue AS known ON known.trait = said.trait AND known.value = said.word GROUP BY said.id
) AS found WHERE found.id = account.id
"""


def fill(apps, schema_editor):
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM players_gameaccount")
        for first in range(0, cursor.fetchone()[0], AT_ONCE):
            cursor.execute(FILL, [first, first + AT_ONCE])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("players", "0007_erasure_jobs")]

    operations = [
        migrations.AddField("gameaccount", "traits", django.contrib.postgres.fields.ArrayField(models.BigIntegerField(), null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently("gameaccount", GinIndex(name="account_traits", fields=["traits"])),
    ]
