"""Topics and tags lie with the studio, in the tables that they have: what changes are the models. Topics become a tree."""

import django.db.models.deletion
from django.db import migrations, models

MOVED = [
    migrations.CreateModel(
        name="Tag",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=40, unique=True)),
        ],
        options={"db_table": "tickets_tag", "ordering": ["name"]},
    ),
    migrations.CreateModel(
        name="Topic",
        fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("slug", models.SlugField(max_length=60, unique=True)),
            ("name", models.CharField(max_length=80)),
            ("archived_at", models.DateTimeField(blank=True, null=True)),
            (
                "game",
                models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="games.game"),
            ),
        ],
        options={"db_table": "tickets_topic", "ordering": ["name"]},
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("games", "0002_sweeps_survey_delay"),
        ("tickets", "0016_events_stay"),  # the tables are there
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=MOVED),
        migrations.AddField(
            model_name="topic",
            name="parent",
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="games.topic"),
        ),
        migrations.AddConstraint(
            model_name="topic",
            constraint=models.CheckConstraint(
                condition=models.Q(("parent", models.F("id")), _negated=True), name="topic_not_beneath_itself"
            ),
        ),
    ]
