"""A ticket's priority as it is drawn: an icon of its own for each but the normal one, and its word beside it or for who hears the page."""

from __future__ import annotations

from helpdesk.base.fill import fill
from helpdesk.base.templatetags.ui import icon
from tickets.models import Priority

ICONS = {Priority.LOW: "chevron-down", Priority.NORMAL: "equal", Priority.HIGH: "chevron-up", Priority.URGENT: "chevrons-up"}


def priority_mark(value: int) -> str:
    """The icon alone, and nothing for the normal one."""
    priority = Priority(value)
    if priority == Priority.NORMAL:
        return ""
    drawn = '<span class="priority {css}" title="{said}">{icon}<span class="unseen">{said}</span></span> '
    return fill(drawn, css=priority.word, said=priority.label, icon=icon(ICONS[priority], 14))


def priority_words(value: int) -> str:
    """The icon and the word."""
    priority = Priority(value)
    return fill('<span class="priority {css}">{icon}{said}</span>', css=priority.word, said=priority.label, icon=icon(ICONS[priority], 14))
