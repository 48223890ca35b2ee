"""A payload is named by its provider, and which providers there are is for their files to say."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0006_mail_source")]

    operations = [
        migrations.RemoveConstraint(model_name="rawmail", name="raw_mail_form_known"),
        migrations.AlterField(model_name="rawmail", name="form", field=models.CharField(default="mime", max_length=12)),
    ]
