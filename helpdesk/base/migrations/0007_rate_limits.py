"""The counts of the rate limits are called by their standard name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("base", "0006_composer_form_keys")]

    operations = [
        migrations.RenameModel(old_name="Knock", new_name="RateLimitWindow"),
        migrations.RenameIndex(model_name="ratelimitwindow", old_name="knock_over", new_name="rate_limit_window_over"),
    ]
