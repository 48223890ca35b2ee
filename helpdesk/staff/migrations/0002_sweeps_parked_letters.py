from datetime import UTC, datetime

from django.db import migrations, models

SANE = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
MEND = """
UPDATE staff_letter SET
    queued_at = LEAST(GREATEST(queued_at, '2000-01-01 00:00+00'), '2200-01-01 00:00+00'),
    due_at = LEAST(GREATEST(due_at, '2000-01-01 00:00+00'), '2200-01-01 00:00+00')
WHERE queued_at NOT BETWEEN '2000-01-01 00:00+00' AND '2200-01-01 00:00+00'
   OR due_at NOT BETWEEN '2000-01-01 00:00+00' AND '2200-01-01 00:00+00'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="parked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(condition=models.Q(("parked_at__isnull", False)), fields=["parked_at"], name="letter_parked"),
        ),
        migrations.RunSQL(MEND, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(("queued_at__range", SANE), ("due_at__range", SANE)), name="letter_moments_sane"
            ),
        ),
    ]
