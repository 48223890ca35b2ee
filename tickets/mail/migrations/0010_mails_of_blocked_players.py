import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("mail", "0009_passwords_entered_in_pages"),
        ("players", "0006_player_blocks"),
    ]

    operations = [
        migrations.AddField(
            model_name="rawmail",
            name="set_aside",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="players.playerblock",
            ),
        ),
        AddIndexConcurrently(
            model_name="rawmail",
            index=models.Index(condition=models.Q(("set_aside__isnull", False)), fields=["set_aside"], name="raw_mail_set_aside"),
        ),
    ]
