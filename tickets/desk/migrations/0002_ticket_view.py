"""Who has which ticket on screen is called by its standard name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial")]

    operations = [migrations.RenameModel(old_name="Look", new_name="TicketView")]
