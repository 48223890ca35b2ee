from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0002_seed_texts")]

    operations = [
        migrations.AddField(model_name="rawmail", name="heavy", field=models.BooleanField(default=False)),
        migrations.CreateModel(
            name="HookToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("door", models.CharField(max_length=20)),
                ("until", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["until"], name="hook_token_over")]},
        ),
    ]
