"""Six views that every desk begins with, an old one too; whoever does not want them deletes them. Who looks after the staff may share."""

from urllib.parse import urlencode

from django.db import migrations

SHARE, AS_WITH = "views.share", "studio.staff"
FIRST = (
    ("Unanswered for more than 4 hours", "clock", {"q": "waiting:>4h"}),
    ("Came back", "rotate-ccw", {"q": "reopened:yes"}),
    ("Pending and overdue", "alarm-clock", {"q": "overdue:yes", "status": "pending"}),
    ("Mails that did not arrive", "mail-warning", {"q": "failed:yes", "status": "all"}),
    ("Low ratings this week", "star", {"q": "rating:<3 changed:<7d", "status": "all"}),
    ("Mine, whatever their status", "user-round", {"q": "assignee:me -status:resolved,closed", "status": "all"}),
)


def make(apps, _schema_editor):
    view = apps.get_model("saved_views", "SavedView")
    for place, (name, icon, asks) in enumerate(FIRST):
        view.objects.create(name=name, ours=True, icon=icon, place=place, address=urlencode(asks))
    for role in apps.get_model("staff", "Role").objects.filter(rights__contains=[AS_WITH]).exclude(rights__contains=[SHARE]):
        role.rights = [*role.rights, SHARE]
        role.save(update_fields=["rights"])


class Migration(migrations.Migration):
    dependencies = [("saved_views", "0001_initial"), ("staff", "0011_shifts_and_absences")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
