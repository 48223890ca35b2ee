"""The lines of the studio's lists of reasons."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("games", "0007_capability_modes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("list", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=60)),
                ("place", models.PositiveSmallIntegerField(default=0)),
                ("default_hours", models.PositiveIntegerField(blank=True, null=True)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "game",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="games.game"
                    ),
                ),
            ],
            options={
                "ordering": ["place", "name"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("list"),
                        django.db.models.functions.text.Lower("name"),
                        models.F("game"),
                        name="reason_once_by_name",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("default_hours", None), models.Q(("default_hours__gte", 1), ("default_hours__lte", 8760)), _connector="OR"
                        ),
                        name="reason_within_a_year",
                    ),
                ],
            },
        ),
    ]
