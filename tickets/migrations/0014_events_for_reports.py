"""Events say whose ticket it was, which team did it and whether it was entered later; deliveries say about what; drafts say since when."""

from django.db import migrations, models

import helpdesk.base.clock


class Migration(migrations.Migration):
    atomic = (
        False  # a table at a time: one that held deliveries and waited for events would meet a process that does it the other way round
    )

    dependencies = [("tickets", "0013_plain_names")]

    operations = [
        migrations.AddField("delivery", "subject", models.CharField(blank=True, db_default="", max_length=80)),
        migrations.AddField("draft", "began_at", models.DateTimeField(null=True)),
        migrations.AlterField("draft", "began_at", models.DateTimeField(default=helpdesk.base.clock.now, null=True)),
        migrations.AddField("draft", "inserted", models.PositiveIntegerField(blank=True, null=True)),
        migrations.AddField("draft", "typed", models.PositiveIntegerField(blank=True, null=True)),
        migrations.AddField("event", "author_team_id", models.BigIntegerField(null=True)),
        migrations.AddField("event", "backfilled", models.BooleanField(db_default=False, null=True)),
        migrations.AddField("event", "player_id", models.BigIntegerField(null=True)),
    ]
