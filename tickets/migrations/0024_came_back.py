from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0023_sort_keys")]

    operations = [
        AddIndexConcurrently(
            "event",
            models.Index(
                fields=["ticket"],
                condition=models.Q(kind="ticket.moved", status_before="resolved", actor_kind="player"),
                name="event_came_back",
            ),
        ),
    ]
