"""The settings home: which rooms of the studio a person may look after. Upper rooms are named by their URL names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, has_everywhere, has_right


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One room: where, how it is called, what it is for, who may enter. `everywhere`: the right must be held for everything."""

    page: str
    label: Any
    icon: str
    about: Any
    right: Right
    everywhere: bool = False


MENU: tuple[tuple[Any, tuple[MenuEntry, ...]], ...] = (
    (
        _("People"),
        (
            MenuEntry(
                "staff:people", _("People"), "users-round", _("Who works here, invitations, who may do what"), Right.MANAGE_STAFF, True
            ),
            MenuEntry("staff:teams", _("Teams"), "users", _("Who works together"), Right.MANAGE_STAFF, True),
            MenuEntry("staff:departments", _("Departments"), "building-2", _("Who else owes players an answer"), Right.MANAGE_STAFF, True),
            MenuEntry("staff:roles", _("Roles"), "key-round", _("Sets of rights with a name"), Right.MANAGE_ROLES, True),
            MenuEntry(
                "administration:card_fields", _("The player's card"), "id-card", _("Who sees which field of it"), Right.MANAGE_ROLES, True
            ),
        ),
    ),
    (
        _("Towards players"),
        (
            MenuEntry("staff:games", _("Games"), "gamepad-2", _("Brand, sender, languages, hours"), Right.MANAGE_GAMES),
            MenuEntry(
                "staff:texts", _("Texts"), "message-square-quote", _("Signatures, notices, surveys in each language"), Right.MANAGE_TEXTS
            ),
            MenuEntry(
                "administration:rules", _("Life cycle"), "timer", _("When a ticket changes its status by itself"), Right.MANAGE_LIFECYCLE
            ),
        ),
    ),
    (
        _("Running the desk"),
        (
            MenuEntry(
                "administration:mails",
                _("Mails"),
                "mail-warning",
                _("What came in, what could not be read, and why"),
                Right.MANAGE_MAIL,
                True,
            ),
            MenuEntry(
                "administration:parked",
                _("Parked work"),
                "package-x",
                _("What stands still and waits for a person"),
                Right.MANAGE_DELIVERIES,
                True,
            ),
            MenuEntry(
                "administration:erasures",
                _("Erasures"),
                "eraser",
                _("Players whose data were erased or will be"),
                Right.ERASE_PLAYER,
                True,
            ),
            MenuEntry("staff:audit", _("Audit"), "scroll-text", _("Who signed in, saw or changed what"), Right.SEE_AUDIT, True),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Room:
    """An entry that this person may open."""

    label: Any
    icon: str
    about: Any
    url: str
    here: bool


def rooms(user: User, path: str = "") -> list[tuple[Any, list[Room]]]:
    """The groups with the entries that `user` may open; `path` tells where they are."""
    groups = []
    for label, entries in MENU:
        open_ones = [room for entry in entries if (room := _room(user, entry, path))]
        if open_ones:
            groups.append((label, open_ones))
    return groups


def _room(user: User, entry: MenuEntry, path: str) -> Room | None:
    held = has_everywhere if entry.everywhere else has_right
    if not held(user, entry.right):
        return None
    try:
        url = reverse(entry.page)
    except NoReverseMatch:  # a house without that room
        return None
    return Room(entry.label, entry.icon, entry.about, url, path.startswith(url))
