"""Where words speak of a player: by his name, his nicknames, the ids of his accounts and his addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import NamedTuple

from django.db.models import QuerySet

from helpdesk.base.folding import finds, folded
from players.models import GameAccount, Player
from players.selectors import addresses_of_him_alone

SHORTEST = 3  # letters of a part of a name that may stand for him
MOST_OTHERS = 1_000  # rows that have a word of his in them, and are looked at

Mark = tuple[str, ...]  # words, folded, that follow each other whatever stands between them

_RUN = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")


class Mention(NamedTuple):
    """A mark, from which character of a text to before which it stands."""

    mark: Mark
    start: int
    end: int


def marks_of(player_id: int) -> frozenset[Mark]:
    """All that may speak of him: what he is called as a whole, each word of his name, and an address without its host. Three queries."""
    names = list(Player.objects.filter(pk=player_id).values_list("name", flat=True))
    said = [*names, *(word for name in names for word in name.split() if len(word) >= SHORTEST)]
    for account in GameAccount.objects.filter(player=player_id).values_list("nickname", "external_id"):
        said += account
    for address in addresses_of_him_alone(player_id):
        said += (address, address.rpartition("@")[0])
    return frozenset(filter(None, map(_mark, said)))


def mentions(text: str, marks: Collection[Mark]) -> Iterator[Mention]:
    """Where any of them stands, from left to right, those that begin at one word in no order."""
    runs = [(_plain(found[0]), found.start(), found.end()) for found in _RUN.finditer(text)]
    words = tuple(word for word, _start, _end in runs)
    beginning: dict[str, list[Mark]] = {}
    for mark in marks:
        beginning.setdefault(mark[0], []).append(mark)
    for at, word in enumerate(words):
        for mark in beginning.get(word, ()):
            if words[at : at + len(mark)] == mark:
                yield Mention(mark, runs[at][1], runs[at + len(mark) - 1][2])


def is_anothers(mark: Mark, player_id: int) -> bool:
    """Whether somebody else is called so too, or has it in what he is called."""
    longest = max(mark, key=len)
    others, accounts = Player.objects.exclude(pk=player_id), GameAccount.objects.exclude(player=player_id)
    columns: tuple[tuple[QuerySet[Player] | QuerySet[GameAccount], str], ...] = (
        *((others, "name"), (accounts, "nickname"), (accounts, "external_id")),
    )
    return any(
        any(mentions(said, [mark]))
        for rows, column in columns
        for said in rows.filter(finds(column, longest)).values_list(column, flat=True)[:MOST_OTHERS]
    )


def _mark(said: str) -> Mark:
    return tuple(_plain(word) for word in _RUN.findall(said))


def _plain(word: str) -> str:
    return unicodedata.normalize("NFC", folded(unicodedata.normalize("NFC", word)))
