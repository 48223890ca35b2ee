from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """`pg_trgm` comes with PostgreSQL and may be created by the owner of the database."""

    dependencies = [("base", "0008_outgoing_calls_and_entered_keys")]

    operations = [TrigramExtension()]
