"""Who is named in a note: `@anna.krylova` (the address before its @), `@AnnaKrylova` (the name), `@Anna` where there is only one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from helpdesk.base.text import fold
from helpdesk.staff.models import User

MENTION = re.compile(r"(?<![\w@.])@([\w][\w.\-]{1,60})")
MOST = 20  # people called by one note


def mentioned(text: str, people: Iterable[User]) -> list[User]:
    """The people a text names, each once, in the order they are named."""
    called = [fold(name).rstrip(".-") for name in MENTION.findall(text)]
    if not called:
        return []
    known = _names(list(people))
    found = {known[name].pk: known[name] for name in called if name in known}
    return list(found.values())[:MOST]


def _names(people: list[User]) -> dict[str, User]:
    """Every name that means exactly one person."""
    pairs = [(name, user) for user in people for name in _names_of(user)]
    times = Counter(name for name, _user in pairs)
    return {name: user for name, user in pairs if times[name] == 1}


def _names_of(user: User) -> set[str]:
    words = fold(user.name).split()
    return {fold(user.email.partition("@")[0]), "".join(words), ".".join(words), words[0] if words else ""} - {""}
