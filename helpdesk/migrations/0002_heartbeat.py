"""The signs of life are called by their standard name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("roof", "0001_initial")]

    operations = [migrations.RenameModel(old_name="Pulse", new_name="Heartbeat")]
