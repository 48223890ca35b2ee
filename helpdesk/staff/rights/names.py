"""The registry of rights. A right belongs to a room, which registers it in its `rights.py` and keeps it there as a constant; those of the
first floors stand here as `Right.X`. Their values stand in roles: they are never renamed.

Which rights of its role a person holds is never asked here: a right that no room registers opens nothing, since nobody asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from helpdesk.staff.rights.about import ABOUT


class RightGroup(NamedTuple):
    """Rights that pages show together. `key` is a word of ours, `place` says where among the groups: the lowest first."""

    key: str
    label: Any
    place: int


WORK = RightGroup("work", _("Work on tickets"), 10)
PARTS = RightGroup("parts", _("Parts of a ticket"), 20)
PLAYERS = RightGroup("players", _("Players"), 30)
STUDIO = RightGroup("studio", _("The studio"), 40)
ELSEWHERE = RightGroup("elsewhere", _("Of rooms that are not here"), 1000)
EVERY = RightGroup("every", _("All of them"), 0)


_rights: dict[str, Right] = {}
_of_rows: list[Callable[[], Iterable[Right]]] = []


def _keep(right: Right) -> Right:
    if right in _rights:
        raise ValueError(f"two rooms register the right {right}")
    _rights[right] = right
    return right


class _OfTheCore:
    """A right of the first floors: registered while `Right` itself is made, and read as `Right.VIEW`."""

    def __init__(self, name: str, label: Any, group: RightGroup) -> None:
        self.said = name, label, group, ABOUT.get(name, "")

    def __set_name__(self, owner: type[Right], _attribute: str) -> None:
        self.right = _keep(owner(*self.said))

    def __get__(self, _instance: object, _owner: object) -> Right:
        return self.right


class Right(str):
    """One thing one may do or see: its name, with what pages call it and where they show it. Made by `register` alone.

    `about`: a sentence for who gives it and never saw the pages, where the label does not say all; else empty.
    """

    label: Any
    group: RightGroup
    about: Any

    def __new__(cls, name: str, label: Any, group: RightGroup, about: Any = "") -> Right:
        right = super().__new__(cls, name)
        right.label, right.group, right.about = label, group, about
        return right

    def __getnewargs__(self) -> tuple[str, Any, RightGroup, Any]:  # type: ignore[override]  # conditions that hold one are copied
        return str(self), self.label, self.group, self.about

    VIEW = _OfTheCore("ticket.view", _("See tickets"), WORK)
    REPLY = _OfTheCore("ticket.reply", _("Answer players"), WORK)
    NOTE = _OfTheCore("ticket.note", _("Write notes for colleagues"), WORK)
    ASSIGN = _OfTheCore("ticket.assign", _("Give tickets to people and teams"), WORK)
    TAKE = _OfTheCore("ticket.take", _("Take the next ticket"), WORK)
    SET_STATUS = _OfTheCore("ticket.set_status", _("Change the status"), WORK)
    SET_PENDING = _OfTheCore("ticket.set_status.pending", _("Bring tickets to “Pending”"), WORK)
    SET_RESOLVED = _OfTheCore("ticket.set_status.resolved", _("Bring tickets to “Resolved”"), WORK)
    SET_CLOSED = _OfTheCore("ticket.set_status.closed", _("Bring tickets to “Closed”"), WORK)
    SET_PRIORITY = _OfTheCore("ticket.set_priority", _("Set the priority"), WORK)
    START = _OfTheCore("ticket.start", _("Start a conversation"), WORK)
    MERGE = _OfTheCore("ticket.merge", _("Merge tickets"), WORK)
    RESEND = _OfTheCore("ticket.resend", _("Send a failed message again"), WORK)
    BULK = _OfTheCore("ticket.bulk", _("Change many tickets at once"), WORK)
    RELEASE_HELD = _OfTheCore("ticket.release_held", _("Release held replies"), WORK)

    SEE_NOTES = _OfTheCore("ticket.see_notes", _("See notes"), PARTS)
    SEE_ATTACHMENTS = _OfTheCore("ticket.see_attachments", _("Open attachments"), PARTS)
    SEE_RATING = _OfTheCore("ticket.see_rating", _("See players' ratings"), PARTS)
    SEE_RAW_MAIL = _OfTheCore("ticket.see_raw_mail", _("See the mail as it came"), PARTS)

    SEE_PLAYER = _OfTheCore("player.see", _("See the player's card"), PLAYERS)
    SEE_PLAYER_CONTACT = _OfTheCore("player.see_contact", _("See players' addresses"), PLAYERS)
    SEE_PLAYER_PAYMENTS = _OfTheCore("player.see_payments", _("See purchases"), PLAYERS)
    SEE_PLAYER_DEVICE = _OfTheCore("player.see_device", _("See devices"), PLAYERS)
    EDIT_PLAYER = _OfTheCore("player.edit", _("Edit players"), PLAYERS)
    BLOCK_PLAYER = _OfTheCore("player.block", _("Block players"), PLAYERS)
    ERASE_PLAYER = _OfTheCore("player.erase", _("Give out and erase players' data"), PLAYERS)

    MANAGE_GAMES = _OfTheCore("studio.games", _("Games and brands"), STUDIO)
    MANAGE_TEXTS = _OfTheCore("studio.texts", _("Texts to players"), STUDIO)
    MANAGE_LIFECYCLE = _OfTheCore("studio.lifecycle", _("Life cycle rules"), STUDIO)
    MANAGE_STAFF = _OfTheCore("studio.staff", _("People and teams"), STUDIO)
    PLAN_SHIFTS = _OfTheCore("studio.shifts", _("Plan shifts and absences"), STUDIO)
    MANAGE_ROLES = _OfTheCore("studio.roles", _("Roles and rights"), STUDIO)
    SEE_AS = _OfTheCore("studio.see_as", _("See the desk as somebody else"), STUDIO)
    MANAGE_MAIL = _OfTheCore("studio.mail", _("Parked mails and mailboxes"), STUDIO)
    MANAGE_DELIVERIES = _OfTheCore("studio.deliveries", _("Parked work"), STUDIO)
    SEE_AUDIT = _OfTheCore("studio.audit", _("Audit"), STUDIO)


ANY = Right("*", _("Every right, also those that come later"), EVERY)  # among those that a role may give; nobody holds it


def register(name: str, label: Any, group: RightGroup, about: Any = "") -> Right:
    """Add a right ("room.verb", at most 64 characters) where its room keeps it. ValueError when there is one of that name."""
    return _keep(Right(name, label, group, about))


def register_rows(read: Callable[[], Iterable[Right]]) -> None:
    """Add rights that the studio makes, a row each: `read()` gives them as they stand now. Who guards something by one asks by its name."""
    _of_rows.append(read)


def registered() -> list[Right]:
    """Every right: group by group, within one in the order of registration, those of rows last; a query for each kind of rows."""
    every = [*_rights.values(), *(right for read in _of_rows for right in read())]
    return sorted(every, key=lambda right: (right.group.place, right.group.key))


def find(name: str) -> Right | None:
    """The right of this name that a room registers (or `ANY`), else None. No query: one that is a row is not found here."""
    return ANY if name == ANY else _rights.get(name)


def groups(also: Iterable[str] = ()) -> list[tuple[RightGroup, list[Right]]]:
    """All rights by their groups, for pages; `also`: names that must not be missing, whether or not a room registers them."""
    found: dict[RightGroup, list[Right]] = {}
    every = registered()
    for right in [*every, *(Right(name, name, ELSEWHERE) for name in sorted(set(also) - set(every)))]:
        found.setdefault(right.group, []).append(right)
    return list(found.items())
