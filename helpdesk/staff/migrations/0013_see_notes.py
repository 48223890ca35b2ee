from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0012_roles_set_priorities"),
    ]

    operations = [
        migrations.RunSQL(  # whoever saw a ticket has seen its notes until now
            sql="""
                UPDATE staff_role SET rights = array_append(rights, 'ticket.see_notes')
                WHERE 'ticket.view' = ANY (rights) AND NOT 'ticket.see_notes' = ANY (rights)
            """,
            reverse_sql="UPDATE staff_role SET rights = array_remove(rights, 'ticket.see_notes')",
        ),
    ]
