"""A mail to an operator is called one; its constraints and indexes are called after it."""

from datetime import UTC, datetime

from django.db import migrations, models

SANE = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


def renamed(old, new, constraint):
    rename = "ALTER TABLE staff_staffmail RENAME CONSTRAINT {} TO {}"
    return migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RunSQL(rename.format(old, new), rename.format(new, old))],
        state_operations=[
            migrations.RemoveConstraint(model_name="staffmail", name=old),
            migrations.AddConstraint(model_name="staffmail", constraint=constraint),
        ],
    )


class Migration(migrations.Migration):
    dependencies = [("staff", "0005_composer_answering_takes")]

    operations = [
        migrations.RenameModel(old_name="Letter", new_name="StaffMail"),
        migrations.RenameIndex(model_name="staffmail", old_name="letter_waiting", new_name="staff_mail_waiting"),
        migrations.RenameIndex(model_name="staffmail", old_name="letter_parked", new_name="staff_mail_parked"),
        renamed(
            "letter_state_known",
            "staff_mail_state_known",
            models.CheckConstraint(name="staff_mail_state_known", condition=models.Q(state__in=["queued", "sent", "failed"])),
        ),
        renamed(
            "letter_moments_sane",
            "staff_mail_moments_sane",
            models.CheckConstraint(name="staff_mail_moments_sane", condition=models.Q(("queued_at__range", SANE), ("due_at__range", SANE))),
        ),
    ]
