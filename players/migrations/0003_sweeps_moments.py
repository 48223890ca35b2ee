from datetime import UTC, datetime

from django.db import migrations, models

SANE = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
MOMENTS = {  # model: its column, the constraint, what a moment beyond the bounds becomes
    "player": ("blocked_until", "player_moments_sane", "NULL"),
    "gameaccount": ("registered_at", "account_moments_sane", "NULL"),
    "profilesnapshot": ("taken_at", "snapshot_moments_sane", "now()"),
}


class Migration(migrations.Migration):
    dependencies = [
        ("players", "0002_erasure_rows"),
    ]

    operations = [
        *(
            migrations.RunSQL(
                f"UPDATE players_{model} SET {column} = {becomes} WHERE {column} NOT BETWEEN '2000-01-01 00:00+00' AND '2200-01-01 00:00+00'",
                migrations.RunSQL.noop,
            )
            for model, (column, _name, becomes) in MOMENTS.items()
        ),
        *(
            migrations.AddConstraint(
                model_name=model,
                constraint=models.CheckConstraint(condition=models.Q((f"{column}__range", SANE)), name=name),
            )
            for model, (column, name, _becomes) in MOMENTS.items()
        ),
    ]
