from datetime import UTC, datetime, timedelta

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

SANE = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
MOMENTS = {  # model: (constraint, its columns); validated by the next migration, when the rows of before are mended
    "delivery": ("delivery_moments_sane", ["due_at"]),
    "event": ("event_moments_sane", ["at", "recorded_at"]),
    "message": ("message_moments_sane", ["at", "then_pending_until", "leaves_at", "sent_at", "delivered_at", "opened_at"]),
    "ticket": ("ticket_moments_sane", ["pending_until", "created_at", "waiting_since", "last_player_message_at"]),
    "timer": ("timer_moments_sane", ["due_at", "armed_at"]),
}


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0005_no_reply_needed"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="first_tried_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="parked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="timer",
            name="parked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL("UPDATE tickets_lifecyclerule SET hours = 8760 WHERE hours > 8760", migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="lifecyclerule",
            name="silence_has_hours",
        ),
        migrations.AddConstraint(
            model_name="lifecyclerule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hours__gte", 1), ("hours__lte", 8760), ("occasion", "silence")),
                    models.Q(models.Q(("occasion", "silence"), _negated=True), ("hours__isnull", True)),
                    _connector="OR",
                ),
                name="silence_has_hours",
            ),
        ),
        *(
            AddConstraintNotValid(
                model_name=model,
                constraint=models.CheckConstraint(condition=models.Q(*((f"{field}__range", SANE) for field in fields)), name=name),
            )
            for model, (name, fields) in MOMENTS.items()
        ),
        AddConstraintNotValid(
            model_name="timer",
            constraint=models.CheckConstraint(
                condition=models.Q(("left__lte", timedelta(days=36525))), name="timer_stands_no_longer_than_a_century"
            ),
        ),
    ]
