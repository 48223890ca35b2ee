"""What the audit and the bell show of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from helpdesk.audit import labels
from helpdesk.staff import notices
from helpdesk.staff.notices import NoticeKind
from tickets.desk.saved_views.personal import CLEANED


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
    notices.register(
        NoticeKind(
            CLEANED,
            gettext_noop("A player was erased, and with him what your view said of him: see whether it still asks for what you mean"),
        )
    )
