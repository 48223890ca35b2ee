"""The rail's entries with a number: a registry. Each room registers the pages that operators come to all day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.urls import reverse

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, has_right

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RailEntry:
    """`name` ("room" or "room-what") joins the entry to its number; `page` is a URL name, `query` what stands behind its address.

    `right`: who sees it. `key`: what is pressed after “g” to go there. `minor` ones stand in the person's own menu on a phone, whose bar
    has room for few.
    """

    name: str
    page: str
    label: Any
    icon: str
    right: Right
    query: str = ""
    key: str = ""
    minor: bool = True

    @property
    def address(self) -> str:
        return reverse(self.page) + self.query


Counts = Callable[[User], Mapping[str, int]]

_entries: dict[str, RailEntry] = {}
_counts: list[tuple[Right, Counts]] = []


def register(counts: Counts, *entries: RailEntry) -> None:
    """Add entries, in `AppConfig.ready()` of their room. `counts(user)` gives their numbers by name, in few queries: it is asked every half
    minute by everybody who holds the right of one of them. A name that it leaves out has no number, and 0 is not shown."""
    _entries.update({entry.name: entry for entry in entries})
    _counts.extend((right, counts) for right in {entry.right for entry in entries})


def entries_for(user: Any) -> list[RailEntry]:
    """The entries that this person sees, in the order of registration; no query beyond the one for their grants."""
    return [entry for entry in _entries.values() if has_right(user, entry.right)]


def counts_for(user: User) -> list[tuple[RailEntry, int]]:
    """Each of them with its number. One that cannot be counted stands at 0, and the log says why."""
    found: dict[str, int] = {}
    for counts in dict.fromkeys(counts for right, counts in _counts if has_right(user, right)):
        try:
            found |= counts(user)
        except Exception:
            log.exception("rail_not_counted")
    return [(entry, found.get(entry.name, 0)) for entry in entries_for(user)]
