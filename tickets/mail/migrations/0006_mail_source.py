"""A raw mail names its source; the constraints are called after it."""

from django.db import migrations, models

SOURCES = models.Q(source__in=["webhook", "imap", "pipe"])


def renamed(model, old, new, constraint):
    table = f"mail_{model}"
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(
                f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}", f"ALTER TABLE {table} RENAME CONSTRAINT {new} TO {old}"
            )
        ],
        state_operations=[migrations.AddConstraint(model_name=model, constraint=constraint)],
    )


class Migration(migrations.Migration):
    dependencies = [("mail", "0005_judge_signs_and_beginnings")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(model_name="rawmail", name="raw_mail_door_known"),
                migrations.RemoveConstraint(model_name="receivedkey", name="received_once_per_door"),
                migrations.RemoveConstraint(model_name="receivedkey", name="received_key_door_known"),
            ]
        ),
        migrations.RenameField(model_name="rawmail", old_name="door", new_name="source"),
        migrations.RenameField(model_name="receivedkey", old_name="door", new_name="source"),
        renamed(
            "rawmail",
            "raw_mail_door_known",
            "raw_mail_source_known",
            models.CheckConstraint(name="raw_mail_source_known", condition=SOURCES),
        ),
        renamed(
            "receivedkey",
            "received_once_per_door",
            "received_once_per_source",
            models.UniqueConstraint(name="received_once_per_source", fields=["source", "key"]),
        ),
        renamed(
            "receivedkey",
            "received_key_door_known",
            "received_key_source_known",
            models.CheckConstraint(name="received_key_source_known", condition=SOURCES),
        ),
    ]
