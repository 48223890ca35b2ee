"""The life cycle as the desk comes: the player's message brings a ticket back, our answer answers it, silence resolves and closes it."""

from django.db import migrations

RULES = [  # from, occasion, hours, to, notice
    ("answered", "player_message", None, "waiting", ""),
    ("resolved", "player_message", None, "waiting", ""),
    ("new", "operator_reply", None, "answered", ""),
    ("waiting", "operator_reply", None, "answered", ""),
    ("answered", "silence", 72, "resolved", ""),
    ("resolved", "silence", 96, "closed", ""),
]


def seed(apps, schema_editor):
    rule = apps.get_model("tickets", "LifecycleRule")
    for before, occasion, hours, after, notice in RULES:
        rule.objects.get_or_create(
            game=None, from_status=before, occasion=occasion, defaults={"hours": hours, "to_status": after, "notice_key": notice}
        )


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
