"""Who belongs to a department."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("games", "0006_departments"),
        ("staff", "0008_grants_find_their_topics"),
    ]

    operations = [
        migrations.CreateModel(
            name="DepartmentMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("department", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="games.department")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("department", "user"), name="member_once_per_department")],
            },
        ),
    ]
