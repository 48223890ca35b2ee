from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0010_erasure_strangers_index")]

    operations = [
        migrations.AddField(model_name="message", name="shortened", field=models.BooleanField(default=False)),
    ]
