"""What a notice speaks of. It keeps ids; the words (a ticket's subject, a colleague's name) are looked up when somebody reads it.

So a subject that was erased stands in no notice, and who may not see a ticket does not read its subject in the bell either.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpdesk.staff.models import Notice, User

Lookup = Callable[["User", Collection[int]], Mapping[int, Mapping[str, Any]]]
"""For a reader and some ids: the facts that fill a text's places, by id. What they may not see is not in it."""

_lookups: dict[str, Lookup] = {}


def register(key: str, find: Lookup) -> None:
    """An id that stands under `key` in a notice's `data` is looked up by `find`; called in `AppConfig.ready()`."""
    _lookups[key] = find


def look_up(reader: User, notices: Iterable[Notice]) -> None:
    """Bring these notices what their ids are called; a query for each kind of id, however many they are."""
    rows = list(notices)
    for notice in rows:
        notice.__dict__["found"] = {}
    for key, find in _lookups.items():
        ids = {pk for notice in rows if (pk := _id(notice, key))}
        found = find(reader, ids) if ids else {}
        for notice in rows:
            notice.__dict__["found"].update(found.get(_id(notice, key), {}))


def _id(notice: Notice, key: str) -> int:
    """The id that stands under `key`, 0 for none, whatever the row holds."""
    pk = notice.data.get(key) if isinstance(notice.data, dict) else None
    return pk if isinstance(pk, int) else 0
