"""A role says which rights its holder may give to others: what could be given until now can be given still."""

import django.contrib.postgres.fields
from django.db import migrations, models

# Who looked after roles gave any right; who looked after people gave those that he held himself, where he held them.
FILL = """
UPDATE staff_role SET may_grant = '{*}' WHERE 'studio.roles' = ANY(rights);
UPDATE staff_role SET may_grant = rights WHERE may_grant = '{}' AND id IN (
    SELECT held.role_id FROM staff_grant AS held JOIN staff_grant AS other ON other.user_id = held.user_id
    JOIN staff_role AS caring ON caring.id = other.role_id AND 'studio.staff' = ANY(caring.rights)
) OR may_grant = '{}' AND 'studio.staff' = ANY(rights);
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0014_rights_of_moves")]

    operations = [
        migrations.AddField(
            model_name="role",
            name="may_grant",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64), blank=True, db_default=[], default=list, size=None, verbose_name="May give"
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
