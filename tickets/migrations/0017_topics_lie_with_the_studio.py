"""A ticket's topic and tags are the studio's. The tables and the keys to them stay as they are."""

import django.db.models.deletion
from django.db import migrations, models

POINTED = [
    migrations.AlterField(
        model_name="ticket",
        name="topic",
        field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="games.topic"),
    ),
    migrations.AlterField(
        model_name="ticket",
        name="tags",
        field=models.ManyToManyField(blank=True, related_name="+", to="games.tag"),
    ),
    migrations.DeleteModel(name="Topic"),
    migrations.DeleteModel(name="Tag"),
]


class Migration(migrations.Migration):
    dependencies = [("games", "0003_topics"), ("tickets", "0016_events_stay")]

    operations = [migrations.SeparateDatabaseAndState(state_operations=POINTED)]
