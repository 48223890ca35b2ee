"""A grant names its topic by id. The short name stays beside it for processes of the former release, which read and write that alone:
the database finds the topic of what they give."""

import django.db.models.deletion
from django.db import migrations, models

RENAMED = [
    migrations.RemoveConstraint(model_name="grant", name="grant_given_once"),
    migrations.RenameField(model_name="grant", old_name="topic", new_name="topic_slug"),
    migrations.AlterField(
        model_name="grant", name="topic_slug", field=models.SlugField(blank=True, db_column="topic", default="", max_length=80)
    ),
    migrations.AddConstraint(
        model_name="grant",
        constraint=models.UniqueConstraint(
            fields=("user", "role", "game", "team", "language", "topic_slug"), name="grant_given_once", nulls_distinct=False
        ),
    ),
]
FOUND = """
CREATE FUNCTION grant_finds_its_topic() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.topic_id := (SELECT id FROM tickets_topic WHERE slug = NEW.topic);
    RETURN NEW;
END $$;
CREATE TRIGGER grant_finds_its_topic BEFORE INSERT ON staff_grant
FOR EACH ROW WHEN (NEW.topic <> '' AND NEW.topic_id IS NULL) EXECUTE FUNCTION grant_finds_its_topic();
"""
GOES = """
DROP TRIGGER grant_finds_its_topic ON staff_grant;
DROP FUNCTION grant_finds_its_topic();
"""


class Migration(migrations.Migration):
    dependencies = [("games", "0005_calendars_as_they_are"), ("staff", "0006_staff_mail")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=RENAMED),
        migrations.AddField(
            model_name="grant",
            name="topic",
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="games.topic"),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("topic__isnull", False)),
                fields=("user", "role", "game", "team", "language", "topic"),
                name="grant_given_once_for_a_topic",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(FOUND, GOES),
    ]
