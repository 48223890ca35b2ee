"""Finding words however they were typed: case, ß and ss, ё and е, İ ı and i, and letters whose marks came as signs of their own.

Both sides are folded alike, the column in PostgreSQL and the words here. A letter with a mark may be stored as one sign or as two,
and normalising a column costs ten times as much as reading it; so the words are looked for in both spellings instead.
"""

from __future__ import annotations

import unicodedata
from functools import reduce
from operator import or_

from django.db.models import CharField, F, Func, Q
from django.db.models.lookups import Contains

_FROM, _TO = "ёı\N{COMBINING DOT ABOVE}", "еi"  # the last one has none: it goes
_TWO_SIGNS = "е\N{COMBINING DIAERESIS}"


class Folded(Func):
    """A text column as the search compares it. `casefold` under pg_unicode_fast is Unicode's full case folding."""

    template = f"translate(replace(casefold(%(expressions)s COLLATE pg_unicode_fast), '{_TWO_SIGNS}', 'е'), '{_FROM}', '{_TO}')"
    output_field = CharField()


def folded(words: str) -> str:
    """The same in Python."""
    return words.casefold().replace(_TWO_SIGNS, "е").translate(str.maketrans(_FROM[:2], _TO, _FROM[2:]))


def spellings(words: str) -> list[str]:
    """The words folded, in both spellings where they have two."""
    return sorted({folded(unicodedata.normalize(form, words)) for form in ("NFC", "NFD")})


def finds(column: str, words: str) -> Q:
    """Rows whose `column` (or a related one: "player__name") has these words in it."""
    return reduce(or_, (Q(Contains(Folded(F(column)), spelling)) for spelling in spellings(words)))
