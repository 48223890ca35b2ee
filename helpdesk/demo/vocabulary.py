"""Words that no language has, for a desk that is copied out of a few stories: in a real one no two tickets say the same.

A few are said all the time and most of them hardly ever, as in every language (Zipf's law): of so many words the one at place n is said
about 1 / (n · ln size) of the time. https://en.wikipedia.org/wiki/Zipf%27s_law
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from random import Random

from django.db import connection

from tickets.search import indexing
from tickets.search.analysis import stems

TABLE = "demo_vocabulary"
SIZE = 200_000
SAID = 12  # words in a sentence
_SOUNDS = ("b", "br", "d", "dr", "f", "g", "gr", "k", "kr", "l", "m", "n", "p", "pl", "r", "t", "tr", "v", "z")
_VOWELS = ("a", "e", "i", "o", "u")
_ENDS = ("b", "f", "g", "k", "m", "p", "x")

_KEEP = f"""
CREATE TEMP TABLE {TABLE} AS SELECT place::int, word FROM unnest(%s::text[]) WITH ORDINALITY AS one (word, place)
"""


def words(size: int) -> list[str]:
    """So many, no two the same; none has a stem, so that it is found in a text of any language."""
    return list(islice(_words(Random(11)), size))


def _words(chance: Random) -> Iterator[str]:
    said = set[str]()
    while True:
        word = "".join(chance.choice(_SOUNDS) + chance.choice(_VOWELS) for _syllable in range(chance.randint(1, 3))) + chance.choice(_ENDS)
        if word not in said and stems(word) == (word,):
            said.add(word)
            yield word


def learn() -> None:
    """Make them known to the search and to this connection."""
    made = words(SIZE)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(_KEEP, [made])
        cursor.execute(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (place)")
    indexing.learn(made, made)


def sentence(seed: str) -> str:
    """What is said by whoever has this number, in SQL: words with a blank between them. `seed`: a bigint, in SQL."""
    return _said(seed, "spoken.word")


def vector(seed: str) -> str:
    """The same as a tsvector."""
    return _said(seed, "spoken.word || ':' || nth || 'B'") + "::tsvector"


def _said(seed: str, word: str) -> str:
    chance = f"(hashint8extended({seed}, nth) & 2147483647) / 2147483648.0"
    return (
        f"(SELECT string_agg({word}, ' ' ORDER BY nth) FROM generate_series(1, {SAID}) AS nth "
        f"JOIN {TABLE} AS spoken ON spoken.place = floor(power((SELECT count(*) FROM {TABLE}), {chance}::float8))::int)"
    )
