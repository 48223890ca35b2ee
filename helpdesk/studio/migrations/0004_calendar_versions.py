"""A game's hours from a moment on."""

import datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("games", "0003_topics"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("timezone", models.CharField(default="UTC", max_length=64)),
                ("hours", models.JSONField(blank=True, default=dict)),
                ("holidays", models.JSONField(blank=True, default=list)),
                ("valid_from", models.DateTimeField()),
                ("game", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="games.game")),
            ],
            options={
                "ordering": ["game", "-valid_from"],
                "constraints": [
                    models.UniqueConstraint(fields=("game", "valid_from"), name="calendar_once_from_a_moment"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "valid_from__range",
                                (
                                    datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.UTC),
                                    datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC),
                                ),
                            )
                        ),
                        name="calendar_moments_sane",
                    ),
                ],
            },
        ),
    ]
