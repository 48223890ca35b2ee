"""The table of Django's database cache (rate limits live in it): the desk works without its broker, so they do not lie there."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE TABLE IF NOT EXISTS cache_entries (cache_key varchar(255) NOT NULL PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);"
            "CREATE INDEX IF NOT EXISTS cache_entries_expires ON cache_entries (expires);",
            "DROP TABLE IF EXISTS cache_entries;",
        )
    ]
