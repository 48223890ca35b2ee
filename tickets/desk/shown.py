"""What the rail, the audit and the bell show of this room: the queue and what of it is the reader's, and lists that became files."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from helpdesk.audit import labels
from helpdesk.staff import notices
from helpdesk.staff.notices import NoticeKind
from helpdesk.staff.rights import Right
from tickets import rail
from tickets.desk.exports.making import READY
from tickets.desk.queue.selectors import mine_and_all
from tickets.rail import RailEntry


def register() -> None:
    """Called in `ready()`."""
    rail.register(
        mine_and_all,
        RailEntry("mine", "desk:queue", _("Mine"), "user-round", Right.VIEW, query="?q=assignee:me", key="mine", minor=False),
        RailEntry("queue", "desk:queue", _("Queue"), "inbox", Right.VIEW, key="queue", minor=False),
    )
    labels.register(
        actions={"tickets.exported": _("exported a list of tickets")},
        facts={
            "format": _("kind of file"),
            "columns": _("columns"),
            "rows": _("rows"),
            "tab": _("status"),
            "fields": _("filtered by"),
            "words": _("looked for words"),
        },
    )
    notices.register(NoticeKind(READY, gettext_noop("The list that you exported is ready: %(rows)s tickets"), important=True))
