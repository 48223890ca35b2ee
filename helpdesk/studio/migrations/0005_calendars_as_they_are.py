"""Each game's hours as they are now are its first version, from when the game was made."""

from django.db import migrations

FIRST = """
INSERT INTO games_calendarversion (game_id, valid_from, timezone, hours, holidays)
SELECT id, least(greatest(created_at, '2000-01-01 00:00:00+00'), '2200-01-01 00:00:00+00'), timezone, hours, holidays FROM games_game
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("games", "0004_calendar_versions")]

    operations = [migrations.RunSQL(FIRST, migrations.RunSQL.noop)]
