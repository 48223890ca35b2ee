"""A pending ticket names a department of the list, and so does a reply that makes it one; the words stay beside it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # each table is locked by itself, and only for a moment

    dependencies = [
        ("games", "0006_departments"),
        ("tickets", "0017_topics_lie_with_the_studio"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="then_pending_department",
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="games.department"
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="pending_department",
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="games.department"
            ),
        ),
    ]
