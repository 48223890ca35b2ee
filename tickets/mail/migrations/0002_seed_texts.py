"""Places for the studio's own words under each mail. Empty until somebody writes them: then nothing stands there."""

from django.db import migrations

TEXTS = {"mail.signature": "Mail: under the author's name", "mail.footer": "Mail: small print at the end"}
PLACES = ["operator", "team", "game"]


def seed(apps, schema_editor):
    texts = apps.get_model("base", "Text")
    for key, label in TEXTS.items():
        texts.objects.get_or_create(key=key, scope="", defaults={"label": label, "placeholders": PLACES})


class Migration(migrations.Migration):
    dependencies = [("mail", "0001_initial"), ("base", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
