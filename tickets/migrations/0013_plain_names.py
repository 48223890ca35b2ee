"""A ticket's preview, a rule's trigger, an event kind: called by the field's words. No row is written but the events of that kind."""

from django.db import migrations, models
from django.db.models import Q

RULE = "lifecyclerule"
KINDS = "UPDATE tickets_event SET kind = '{}' WHERE kind = '{}'"
RENAME = "ALTER TABLE tickets_lifecyclerule RENAME CONSTRAINT {} TO {}"


class Migration(migrations.Migration):
    dependencies = [("tickets", "0012_composer_draft_revisions")]

    operations = [
        migrations.RenameField(model_name="ticket", old_name="gist", new_name="preview"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(model_name=RULE, name="rule_once"),
                migrations.RemoveConstraint(model_name=RULE, name="rule_occasion_known"),
                migrations.RemoveConstraint(model_name=RULE, name="silence_has_hours"),
            ]
        ),
        migrations.RenameField(model_name=RULE, old_name="occasion", new_name="trigger"),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    RENAME.format("rule_occasion_known", "rule_trigger_known"), RENAME.format("rule_trigger_known", "rule_occasion_known")
                )
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name=RULE,
                    constraint=models.UniqueConstraint(name="rule_once", fields=["game", "from_status", "trigger"], nulls_distinct=False),
                ),
                migrations.AddConstraint(
                    model_name=RULE,
                    constraint=models.CheckConstraint(
                        name="rule_trigger_known", condition=Q(trigger__in=["player_message", "operator_reply", "silence"])
                    ),
                ),
                migrations.AddConstraint(
                    model_name=RULE,
                    constraint=models.CheckConstraint(
                        name="silence_has_hours",
                        condition=Q(trigger="silence", hours__gte=1, hours__lte=8760) | (~Q(trigger="silence") & Q(hours__isnull=True)),
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            KINDS.format("ticket.no_reply_needed", "ticket.excused"), KINDS.format("ticket.excused", "ticket.no_reply_needed")
        ),
    ]
