import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("games", "0006_departments"),
    ]

    operations = [
        migrations.CreateModel(
            name="CapabilityMode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("capability", models.CharField(max_length=40)),
                ("mode", models.CharField(choices=[("off", "off"), ("shadow", "in the shadow"), ("on", "on")], max_length=8)),
                (
                    "game",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="modes", to="games.game"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("game", "capability"), name="capability_once_per_game"),
                    models.CheckConstraint(condition=models.Q(("mode__in", ["off", "shadow", "on"])), name="capability_mode_known"),
                ],
            },
        ),
        # as each game was set; processes of the former release go on reading the old column, which nobody writes any more
        migrations.RunSQL(
            "INSERT INTO games_capabilitymode (game_id, capability, mode) "
            "SELECT id, 'surveys', CASE WHEN survey_enabled THEN 'on' ELSE 'off' END FROM games_game",
            migrations.RunSQL.noop,
        ),
    ]
