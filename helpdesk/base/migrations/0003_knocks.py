"""Counting who knocks at the public doors. The table needs no log: after a crash of the server everybody begins anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("base", "0002_cache_entries")]

    operations = [
        migrations.CreateModel(
            name="Knock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("visits", models.PositiveIntegerField()),
                ("until", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["until"], name="knock_over")]},
        ),
        migrations.RunSQL("ALTER TABLE base_knock SET UNLOGGED", "ALTER TABLE base_knock SET LOGGED"),
    ]
