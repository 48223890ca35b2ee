"""The database refuses to change or delete an event; deliveries are brought in the order of their events."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

STAYS = """
CREATE FUNCTION event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an event is never changed and never deleted; record a correction';
END $$;
CREATE TRIGGER event_stays BEFORE UPDATE OR DELETE ON tickets_event FOR EACH ROW EXECUTE FUNCTION event_stays();
"""
GOES = """
DROP TRIGGER event_stays ON tickets_event;
DROP FUNCTION event_stays();
"""
ABOUT = ~models.Q(subject="")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0015_events_say_whose")]

    operations = [
        AddIndexConcurrently("delivery", models.Index(fields=["subscriber", "ticket_id", "event"], name="delivery_in_order")),
        AddIndexConcurrently("delivery", models.Index(condition=ABOUT, fields=["subscriber", "subject", "event"], name="delivery_about")),
        RemoveIndexConcurrently("delivery", "delivery_order"),
        AddIndexConcurrently("event", models.Index(condition=ABOUT, fields=["subject", "id"], name="event_about")),
        migrations.RunSQL(STAYS, GOES),
    ]
