"""What the rail shows of this room: the queue, and what of it is the reader's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from helpdesk.staff.rights import Right
from tickets import rail
from tickets.desk.queue.selectors import mine_and_all
from tickets.rail import RailEntry


def register() -> None:
    """Called in `ready()`."""
    rail.register(
        mine_and_all,
        RailEntry("mine", "desk:queue", _("Mine"), "user-round", Right.VIEW, query="?q=assignee:me", key="mine", minor=False),
        RailEntry("queue", "desk:queue", _("Queue"), "inbox", Right.VIEW, key="queue", minor=False),
    )
