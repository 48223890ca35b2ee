"""Words that are nearly the same as a mistyped one, of those that stand in some ticket.

As far as one slip for words of three to seven letters and two for longer ones: a letter too many, missing, another one, or two that changed
places. Of a word with few slips some piece is whole, and by its pieces it is found in an index.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

SHORTEST, LONG = 3, 8  # letters
MOST_LOOKED_AT, MOST_TAKEN = 3_000, 12


def slips_in(word: str) -> int:
    """How many are forgiven."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < LONG else 2


def near_words(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each word the nearest others, the nearest first. One query."""
    asked = sorted(word for word in words if slips_in(word))
    found: dict[str, set[str]] = {word: set() for word in asked}
    if not asked:
        return {}
    parts, said = [], list[Any]()
    for word in asked:
        most = slips_in(word)
        likes = _pieces(word, most)
        where = " OR ".join("word LIKE %s" for _like in likes)
        parts.append(
            f"(SELECT %s::text, word FROM search_searchword WHERE ({where}) AND length(word) BETWEEN %s AND %s LIMIT {MOST_LOOKED_AT})"  # noqa: S608 - our own words
        )
        said += [word, *likes, len(word) - most, len(word) + most]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), said)
        for word, other in cursor.fetchall():
            found[word].add(other)
    return {word: _nearest(word, others) for word, others in found.items()}


def _nearest(word: str, others: Iterable[str]) -> tuple[str, ...]:
    most = slips_in(word)
    far = {other: slips(word, other, most) for other in others if other != word}
    taken = sorted((distance, other) for other, distance in far.items() if distance <= most)[:MOST_TAKEN]
    return tuple(other for _distance, other in taken)


def _pieces(word: str, most: int) -> list[str]:
    """Of each word that has so few slips one of these holds: its beginning, its end, or its middle stayed whole."""
    size = len(word)
    if most == 1:
        half = max(1, (size - 1) // 2)
        return [f"{word[:half]}%", f"%{word[-half:]}"]
    third = max(2, (size - 2) // 3)
    middle = word[third : size - third]
    return [f"{word[:third]}%", f"%{word[-third:]}", f"%{middle[: max(3, len(middle) - 1)]}%"]


def slips(one: str, other: str, most: int) -> int:
    """How many of them lead from one word to the other; `most` + 1 where it is more. (Optimal string alignment.)"""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        above, row_before = row, before
        row = [at]
        for to, sign in enumerate(other, 1):
            cost = min(above[to] + 1, row[to - 1] + 1, above[to - 1] + (letter != sign))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == sign:
                cost = min(cost, row_before[to - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before = above
    return row[-1]
