"""What became of a hold, who decided it and why; gates by short names. Columns that the former release writes keep what they are called."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

STATES = [
    *("held", "queued", "sending", "handed", "sent", "delivered", "failed", "bounced", "uncertain", "stale", "withdrawn", "skipped"),
    *("returned", "revised"),
]
FITS = models.Q(kind="inbound", state="received") | models.Q(kind="note", state="noted") | models.Q(kind="reply", state__in=STATES)
OUTCOMES = """
UPDATE tickets_hold AS hold SET outcome = CASE message.state WHEN 'withdrawn' THEN 'withdrawn' ELSE 'released' END
FROM tickets_message AS message WHERE message.id = hold.message_id AND hold.released_at IS NOT NULL
"""
NAMES = "UPDATE tickets_hold SET gate = 'mail.loops' WHERE gate = 'tickets.mail.outbound.guard.no_loops'"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0019_departments_of_names_in_use")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveIndex("hold", "hold_open"),
                migrations.RenameField("hold", "released_at", "ended_at"),
                migrations.AlterField("hold", "ended_at", models.DateTimeField(blank=True, db_column="released_at", null=True)),
                migrations.RenameField("hold", "released_by", "ended_by"),
                migrations.AlterField("hold", "ended_by", models.BigIntegerField(blank=True, db_column="released_by", null=True)),
                migrations.AddIndex(
                    "hold", models.Index(condition=models.Q(ended_at__isnull=True), fields=["opened_at"], name="hold_open")
                ),
            ]
        ),
        migrations.AddField("hold", "approves", models.BooleanField(db_default=False, null=True)),
        migrations.AddField(
            "hold",
            "outcome",
            models.CharField(
                blank=True,
                choices=[
                    ("released", "released"),
                    ("revised", "released with another text"),
                    ("returned", "returned to its author"),
                    ("withdrawn", "called back by its author"),
                ],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddField("hold", "why", models.CharField(blank=True, db_default="", max_length=300)),
        migrations.RunSQL([OUTCOMES, NAMES], migrations.RunSQL.noop),
        AddConstraintNotValid(
            "hold",
            models.CheckConstraint(
                name="hold_outcome_known", condition=models.Q(outcome__in=["", "released", "revised", "returned", "withdrawn"])
            ),
        ),
        ValidateConstraint("hold", "hold_outcome_known"),
        migrations.AlterField(
            "message",
            "state",
            models.CharField(
                choices=[
                    ("received", "received"),
                    ("noted", "noted"),
                    ("held", "held"),
                    ("queued", "queued"),
                    ("sending", "sending"),
                    ("handed", "handed over"),
                    ("sent", "sent"),
                    ("delivered", "delivered"),
                    ("failed", "failed"),
                    ("bounced", "bounced"),
                    ("uncertain", "uncertain"),
                    ("stale", "returned: the player wrote meanwhile"),
                    ("withdrawn", "called back"),
                    ("skipped", "skipped: the player wrote meanwhile"),
                    ("returned", "returned by who looks it over"),
                    ("revised", "another text was sent instead"),
                ],
                max_length=12,
            ),
        ),
        migrations.RemoveConstraint("message", "message_state_fits_kind"),
        AddConstraintNotValid("message", models.CheckConstraint(name="message_state_fits_kind", condition=FITS)),
        ValidateConstraint("message", "message_state_fits_kind"),
    ]
