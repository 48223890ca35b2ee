"""Tickets have a priority, normal where nobody has said another, and the queue is sorted by it; all tickets by their days too."""

from datetime import UTC, datetime

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.models.functions import Coalesce, Least

FAR = datetime(9999, 1, 1, tzinfo=UTC)
URGENCY = models.ExpressionWrapper(
    (4 - models.F("priority")) * 10**18
    + models.Func(
        models.F("waiting_key"),
        template="(EXTRACT(EPOCH FROM %(expressions)s - '1970-01-01 00:00+00'::timestamptz) * 1000000)::bigint",
        output_field=models.BigIntegerField(),
    ),
    output_field=models.BigIntegerField(),
)
DUE = Coalesce(Least("pending_until", "promised_until"), models.Value(FAR), output_field=models.DateTimeField())


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0021_promises")]

    operations = [
        migrations.AddField(
            "ticket",
            "priority",
            models.PositiveSmallIntegerField(choices=[(1, "Low"), (2, "Normal"), (3, "High"), (4, "Urgent")], db_default=2, default=2),
        ),
        AddConstraintNotValid(
            "ticket", models.CheckConstraint(name="ticket_priority_known", condition=models.Q(priority__in=[1, 2, 3, 4]))
        ),
        ValidateConstraint("ticket", "ticket_priority_known"),
        AddIndexConcurrently("ticket", models.Index(models.F("status"), URGENCY, models.F("id"), name="ticket_queue_urgent")),
        AddIndexConcurrently(
            "ticket",
            models.Index(URGENCY, models.F("id"), name="ticket_waiting_urgent", condition=models.Q(waiting_key__lt=FAR)),
        ),
        AddIndexConcurrently("ticket", models.Index(URGENCY, models.F("id"), name="ticket_all_urgent")),
        AddIndexConcurrently(
            "ticket",
            models.Index(
                models.F("status"),
                DUE,
                models.F("id"),
                name="ticket_queue_due",
                condition=models.Q(status__in=["in_progress", "pending"]),
            ),
        ),
        AddIndexConcurrently("ticket", models.Index(name="ticket_all_created", fields=["created_at", "id"])),
        AddIndexConcurrently("ticket", models.Index(name="ticket_all_changed", fields=["changed_at", "id"])),
    ]
