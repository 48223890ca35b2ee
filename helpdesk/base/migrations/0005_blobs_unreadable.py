"""A blob knows since when its file cannot be read, so that somebody is told."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("base", "0004_sweeps_relay_and_outward")]

    operations = [
        migrations.AddField("blob", "unreadable_since", models.DateTimeField(null=True)),
        AddIndexConcurrently(
            "blob",
            models.Index(name="blob_unreadable", fields=["unreadable_since"], condition=models.Q(unreadable_since__isnull=False)),
        ),
    ]
