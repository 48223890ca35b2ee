from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("games", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("UPDATE games_game SET survey_delay_hours = 720 WHERE survey_delay_hours > 720", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="game",
            constraint=models.CheckConstraint(condition=models.Q(("survey_delay_hours__lte", 720)), name="game_asks_within_a_month"),
        ),
    ]
