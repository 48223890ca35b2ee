import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# who gives rights to others could take this one at once; everybody else gets it from them
KEEPERS = """
UPDATE staff_role SET rights = array_append(rights, 'ticket.export')
WHERE 'studio.roles' = ANY(rights) AND NOT 'ticket.export' = ANY(rights)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0003_view_spans"),
        ("base", "0008_outgoing_calls_and_entered_keys"),
        ("jobs", "0001_jobs"),
        ("staff", "0011_shifts_and_absences"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListLook",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("columns", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None)),
                ("density", models.CharField(choices=[("roomy", "Roomy"), ("compact", "Compact")], default="roomy", max_length=8)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("density__in", ["roomy", "compact"])), name="look_density_known"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="jobs.job",
                    ),
                ),
                ("asked", models.TextField(blank=True)),
                ("columns", django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None)),
            ],
        ),
        migrations.CreateModel(
            name="ExportPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first", models.PositiveIntegerField()),
                ("tickets", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("size", models.PositiveIntegerField()),
                (
                    "export",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="desk.export"),
                ),
                (
                    "rows",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="base.blob"),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("export", "first"), name="export_part_once")]},
        ),
        migrations.RunSQL(KEEPERS, migrations.RunSQL.noop),
    ]
