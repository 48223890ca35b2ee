"""Grants that were given for a topic's short name are told its id."""

from django.db import migrations

FILL = """
UPDATE staff_grant SET topic_id = topic.id FROM tickets_topic AS topic WHERE topic.slug = staff_grant.topic AND staff_grant.topic_id IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0007_grants_by_topic")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
