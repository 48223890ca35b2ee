from __future__ import annotations

from django.db import migrations

GIVEN = (  # the new right, and who could do it until now: whoever holds one of these
    ("ticket.set_status.pending", "'{ticket.set_status,ticket.reply}'"),
    ("ticket.set_status.resolved", "'{ticket.set_status,ticket.reply}'"),
    ("ticket.set_status.closed", "'{ticket.set_status}'"),
    ("studio.see_as", "'{studio.roles}'"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0013_see_notes"),
    ]

    operations = [
        migrations.RunSQL(
            sql=f"""
                UPDATE staff_role SET rights = array_append(rights, '{right}')
                WHERE rights::text[] && {holders}::text[] AND NOT '{right}' = ANY (rights)
            """,
            reverse_sql=f"UPDATE staff_role SET rights = array_remove(rights, '{right}')",
        )
        for right, holders in GIVEN
    ]
