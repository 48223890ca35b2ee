from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("players", "0007_erasure_jobs")]

    operations = [AddIndexConcurrently("player", models.Index(fields=["tier", "id"], name="player_by_tier"))]
