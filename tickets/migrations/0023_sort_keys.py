import datetime

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Coalesce, Least

FAR = models.Value(datetime.datetime(9999, 1, 1, 0, 0, tzinfo=datetime.UTC))
PLACES = ("new", "waiting", "in_progress", "pending", "answered", "resolved", "closed")


def or_far(day):
    return Coalesce(day, FAR, output_field=models.DateTimeField())


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0022_priority")]

    operations = [
        migrations.AddField("ticket", "rating", models.PositiveSmallIntegerField(db_default=0, default=0)),
        AddIndexConcurrently("ticket", models.Index(fields=["rating", "id"], name="ticket_by_rating")),
        AddIndexConcurrently(
            "ticket",
            models.Index(
                models.Case(
                    *(models.When(status=status, then=models.Value(place)) for place, status in enumerate(PLACES)),
                    default=models.Value(len(PLACES)),
                    output_field=models.SmallIntegerField(),
                ),
                "id",
                name="ticket_by_status",
            ),
        ),
        AddIndexConcurrently("ticket", models.Index(or_far(Least("pending_until", "promised_until")), "id", name="ticket_by_due")),
        AddIndexConcurrently("ticket", models.Index(or_far("pending_until"), "id", name="ticket_by_pending_until")),
        AddIndexConcurrently("ticket", models.Index(or_far("promised_until"), "id", name="ticket_by_promised_until")),
    ]
