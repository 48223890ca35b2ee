"""What the audit and the menu show of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from helpdesk.audit import labels
from helpdesk.staff import menu
from helpdesk.staff.menu import MenuEntry
from helpdesk.staff.rights import Right


def register() -> None:
    """Called in `ready()`."""
    labels.register(
        actions={
            "parked.retried": _("had parked work tried again"),
            "parked.dismissed": _("gave parked work up"),
            "outgoing.hurried": _("had a server called again that was left alone"),
        },
        facts={"service": _("server")},
    )
    menu.register(
        menu.PEOPLE,
        MenuEntry(
            "administration:card_fields", _("The player's card"), "id-card", _("Who sees which field of it"), Right.MANAGE_ROLES, True, 40
        ),
    )
    menu.register(
        menu.TOWARDS_PLAYERS,
        MenuEntry(
            "administration:rules",
            _("Life cycle"),
            "timer",
            _("When a ticket changes its status by itself"),
            Right.MANAGE_LIFECYCLE,
            place=30,
        ),
    )
    menu.register(
        menu.RUNNING,
        MenuEntry(
            "administration:mails",
            _("Mails"),
            "mail-warning",
            _("What came in, what could not be read, and why"),
            Right.MANAGE_MAIL,
            True,
            10,
        ),
        MenuEntry(
            "administration:parked",
            _("Parked work"),
            "package-x",
            _("What stands still and waits for a person"),
            Right.MANAGE_DELIVERIES,
            True,
            20,
        ),
        MenuEntry(
            "administration:outgoing",
            _("Outgoing calls"),
            "arrow-up-right",
            _("Which servers of others the desk calls, and what comes of it"),
            Right.MANAGE_DELIVERIES,
            True,
            25,
        ),
        MenuEntry(
            "administration:erasures", _("Erasures"), "eraser", _("Players whose data were erased or will be"), Right.ERASE_PLAYER, True, 30
        ),
    )
