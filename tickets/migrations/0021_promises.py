"""A hold has a reason, and what it promises stands in a ledger. The ledger begins here: what was promised before is no part of it."""

import datetime

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # each table is locked by itself, and only for a moment

    dependencies = [
        ("games", "0008_reasons"),
        ("tickets", "0020_holds_end"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="then_hold_reason",
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="games.reason"
            ),
        ),
        migrations.AddField(
            model_name="pledge",
            name="answered_by",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pledge",
            name="broken_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pledge",
            name="by_id",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pledge",
            name="by_kind",
            field=models.CharField(
                blank=True,
                choices=[("operator", "operator"), ("player", "player"), ("flow", "flow"), ("system", "system")],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="pledge",
            name="department",
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="games.department"
            ),
        ),
        migrations.AddField(
            model_name="pledge",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pledge",
            name="ended_by",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pledge",
            name="instead",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pledge",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[("kept", "kept"), ("late", "answered after its day"), ("withdrawn", "withdrawn")],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="pledge",
            name="until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="pledge",
            name="why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("replaced", "another one stands in its place"),
                    ("no_day", "the hold has no day any more"),
                    ("settled", "the matter ended without an answer"),
                    ("merged", "the ticket was merged into another one"),
                    ("parted", "it went back with a ticket that was merged by mistake"),
                ],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="hold_reason",
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="games.reason"
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="promised_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        AddConstraintNotValid(
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["", "kept", "late", "withdrawn"])), name="pledge_outcome_known"
            ),
        ),
        ValidateConstraint("pledge", "pledge_outcome_known"),
        AddConstraintNotValid(
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(("why__in", ["", "replaced", "no_day", "settled", "merged", "parted"])), name="pledge_why_known"
            ),
        ),
        ValidateConstraint("pledge", "pledge_why_known"),
        AddConstraintNotValid(
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(("by_kind__in", ["", "operator", "player", "flow", "system"])), name="pledge_by_known"
            ),
        ),
        ValidateConstraint("pledge", "pledge_by_known"),
        AddConstraintNotValid(
            model_name="pledge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "until__range",
                        (
                            datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.UTC),
                            datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC),
                        ),
                    )
                ),
                name="pledge_moments_sane",
            ),
        ),
        ValidateConstraint("pledge", "pledge_moments_sane"),
        migrations.AddConstraint(
            model_name="pledge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True), ("until__isnull", False)),
                fields=("ticket",),
                name="one_open_promise_per_ticket",
            ),
        ),
        AddConstraintNotValid(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "promised_until__range",
                        (
                            datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.UTC),
                            datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.UTC),
                        ),
                    )
                ),
                name="ticket_promise_sane",
            ),
        ),
        ValidateConstraint("ticket", "ticket_promise_sane"),
        AddIndexConcurrently(
            "message",
            models.Index(
                condition=models.Q(("kind", "reply"), models.Q(("purpose", "answer"), _negated=True)),
                fields=["ticket"],
                name="message_by_machine",
            ),
        ),
    ]
