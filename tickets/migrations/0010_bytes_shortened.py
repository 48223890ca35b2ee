from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0009_erasure_no_words_in_events")]

    operations = [
        migrations.AddField(model_name="message", name="shortened", field=models.BooleanField(default=False)),
    ]
