"""The menu of the settings: a registry. Each room registers its pages; a person sees those that they may open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, has_everywhere, has_right


class MenuGroup(NamedTuple):
    """Entries that stand together under `label`; the lowest `place` comes first."""

    label: Any
    place: int


PEOPLE = MenuGroup(_("People"), 10)
TOWARDS_PLAYERS = MenuGroup(_("Towards players"), 20)
RUNNING = MenuGroup(_("Running the desk"), 30)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One page: its URL name, how it is called, its icon, what it is for, who may enter, and its place within the group.

    `everywhere`: the right must be held for everything.
    """

    page: str
    label: Any
    icon: str
    about: Any
    right: Right
    everywhere: bool = False
    place: int = 50

    def opens_to(self, user: User | AnonymousUser) -> bool:
        return has_everywhere(user, self.right) if self.everywhere else has_right(user, self.right)


_entries: dict[str, tuple[MenuGroup, MenuEntry]] = {}


def register(group: MenuGroup, *entries: MenuEntry) -> None:
    """Add pages to the menu, in `AppConfig.ready()` of their room."""
    _entries.update({entry.page: (group, entry) for entry in entries})


def opens_to(user: User | AnonymousUser) -> bool:
    """Whether there is any page of the settings that this person may open."""
    return any(entry.opens_to(user) for _group, entry in _entries.values())


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
    found: dict[MenuGroup, list[Room]] = {}
    for group, entry in sorted(_entries.values(), key=lambda pair: (pair[0].place, pair[1].place)):
        if entry.opens_to(user):
            url = reverse(entry.page)
            found.setdefault(group, []).append(Room(entry.label, entry.icon, entry.about, url, path.startswith(url)))
    return [(group.label, entries) for group, entries in found.items()]
