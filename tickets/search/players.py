"""Whose name, nickname, account id or address has these letters in it: looked up in the players' own tables, so it is never out of date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from helpdesk.base.folding import Folded, spellings

MOST = 1_000  # players of each kind, the newest
SHORT = 3  # letters: what has fewer must stand at the beginning


def _folded(column: str) -> str:
    """As the index has it."""
    return Folded.template % {"expressions": column}


_SOURCES = {  # kind: (player, game, what is compared, table)
    "name": ("p.id", "NULL::bigint", _folded('p."name"'), "players_player p", "p.id"),
    "account": ("a.player_id", "a.game_id", _folded('a."nickname"'), "players_gameaccount a", "a.id"),
    "account id": ("a.player_id", "a.game_id", _folded('a."external_id"'), "players_gameaccount a", "a.id"),
    "address": (
        *("u.player_id", "NULL::bigint", _folded('d."folded"')),
        *("players_address d JOIN players_addressuse u ON u.address_id = d.id", "u.id"),
    ),
}


@dataclass(slots=True)
class Known:
    """Players by a word: `named` and `addressed` anywhere, `accounts` in the game of the account. `exact`: those called just so.

    `more`: there are others, who are older.
    """

    named: set[int] = field(default_factory=set)
    accounts: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    addressed: set[int] = field(default_factory=set)
    exact: set[int] = field(default_factory=set)
    more: bool = False

    def __bool__(self) -> bool:
        return bool(self.named or self.accounts or self.addressed)


def known(words: Iterable[str], *, names: bool, addresses: bool) -> dict[str, Known]:
    """By each word, as far as names and addresses may be searched at all. One query."""
    found = {word: Known() for word in words}
    kinds = [kind for kind in _SOURCES if (addresses if kind == "address" else names)]
    parts, said = [], list[Any]()
    for word in found:
        for kind in kinds:
            statement, values = _part(kind, word)
            parts.append(statement)
            said += values
    if not parts:
        return found
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), said)
        for word, kind, player, game, exact in cursor.fetchall():
            _add(found[word], kind, player, game, exact=exact)
    return found


def _part(kind: str, word: str) -> tuple[str, list[Any]]:
    player, game, compared, table, order = _SOURCES[kind]
    spelled = spellings(word)
    inside = len(word) >= SHORT and kind != "address"
    likes = [("%" if inside else "") + connection.ops.prep_for_like_query(each) + "%" for each in spelled]
    where = " OR ".join(f"{compared} LIKE %s" for _like in likes)
    statement = (
        f"(SELECT %s::text, %s::text, {player}, {game}, {compared} = ANY (%s) FROM {table} WHERE {where} "  # noqa: S608 - our own words
        f"ORDER BY {order} + 0 DESC LIMIT {MOST + 1})"  # a sum, so that no plan looks through everybody from the newest on
    )
    return statement, [word, kind, spelled, *likes]


def _add(known_by: Known, kind: str, player: int, game: int | None, *, exact: bool) -> None:
    if kind == "address":
        there = known_by.addressed
    elif game is None:
        there = known_by.named
    else:
        there = known_by.accounts[game]
    if len(there) >= MOST:
        known_by.more = True
        return
    there.add(player)
    if exact:
        known_by.exact.add(player)
