"""Who may set a status may set a priority."""

from django.db import migrations

GIVE = """
UPDATE staff_role SET rights = array_append(rights, 'ticket.set_priority')
WHERE 'ticket.set_status' = ANY (rights) AND NOT 'ticket.set_priority' = ANY (rights)
"""
TAKE = "UPDATE staff_role SET rights = array_remove(rights, 'ticket.set_priority')"


class Migration(migrations.Migration):
    dependencies = [("staff", "0011_shifts_and_absences")]

    operations = [migrations.RunSQL(GIVE, TAKE)]
