from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("tickets", "0009_erasure_no_words_in_events"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                Lower("from_address"),
                condition=models.Q(("from_stranger", True)),
                name="message_of_stranger",
            ),
        ),
    ]
