"""What the audit shows of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from helpdesk.audit import labels


def register() -> None:
    """Called in `ready()`."""
    labels.register(
        actions={
            "views.made": _("shared a view"),
            "views.changed": _("changed a shared view"),
            "views.dropped": _("deleted a shared view"),
            "views.brought_back": _("took back the deletion of a shared view"),
            "views.start_set": _("chose what a role begins with after sign-in"),
        },
        subjects={"saved_views.savedview": _("view")},
        facts={"whose": _("for whom"), "view": _("view"), "fields": _("what of it")},
    )
