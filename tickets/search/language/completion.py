"""What may stand at the cursor: fields, their values, the signs of a range. No query but where a value that is a row's is being typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from helpdesk.base.folding import folded
from helpdesk.staff.models import User
from tickets.filters import Field, Kind, registered
from tickets.filters.spoken import MOST_OFFERED
from tickets.search.language.asking import nothing_in
from tickets.search.language.having import HAS, names
from tickets.search.language.names import called_values, name_of, same, written
from tickets.search.language.parser import LONGEST_TEXT
from tickets.search.language.tree import Span
from tickets.search.language.words import CLOSING, RANGED, UNCLOSED, VALUE, Lexer, Piece, Sort, plain
from tickets.search.language.written import value_text

Offer = tuple[str | Promise, str | Promise]  # what is typed, and what that means

SIGNS: tuple[Offer, ...] = ((">", gettext_lazy("more than")), ("<", gettext_lazy("less than")))
LENGTHS: tuple[Offer, ...] = ((">4h", gettext_lazy("longer than four hours ago")), ("<2d", gettext_lazy("less than two days ago")))
DAYS: tuple[Offer, ...] = (
    (pgettext_lazy("typed into a search", "today"), gettext_lazy("on this day")),
    (pgettext_lazy("typed into a search", "yesterday"), gettext_lazy("on the day before")),
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may stand in place of the characters from `start` to before `end`: `text`, which people call `label`; `hint` says more."""

    start: int
    end: int
    text: str
    label: str
    hint: str


def complete(text: str, cursor: int, reader: User) -> list[Suggestion]:
    """At most ten, of what this reader may ask for; none inside a phrase, and none for what nobody knows."""
    cursor = min(max(cursor, 0), len(text), LONGEST_TEXT)
    read = plain(text[: LONGEST_TEXT + 1])
    pieces = list(Lexer(read[:cursor], names()).pieces())
    broken = next((piece for piece in pieces if piece.text is UNCLOSED), None)
    if broken is not None:
        closed = cursor + (text[cursor : cursor + 1] in CLOSING)
        span = Span(broken.span.end - 1, closed)
        return _values(broken, read[broken.span.end : cursor], span, reader)
    last = pieces[-1] if pieces and pieces[-1].span.end == cursor else None
    rest = VALUE.match(read, cursor)
    end = rest.end() if rest else cursor
    if last is None or last.sort in {Sort.OPEN, Sort.NOT}:
        return _fields("", Span(cursor, end), reader)
    if last.field is not None:
        begin = last.parts[-1].start if last.parts and last.parts[-1].end == cursor else cursor
        if last.field.kind in RANGED:
            begin = max(begin, read.rfind("..", begin, cursor) + 2)
        return _values(last, read[begin:cursor], Span(begin, end), reader)
    return _fields(str(last.text), Span(last.span.start, end), reader) if last.sort == Sort.WORD else []


def _fields(prefix: str, span: Span, reader: User) -> list[Suggestion]:
    found = (
        Suggestion(*span, f"{name}:", f"{name}:", str(field.label))
        for field in (*registered(), HAS)
        if (name := name_of(field, same(prefix))) and field.open_to(reader)
    )
    return list(islice(found, MOST_OFFERED))


def _values(piece: Piece, prefix: str, span: Span, reader: User) -> list[Suggestion]:
    field = piece.field
    if field is None or not field.open_to(reader):
        return []
    offers: Iterable[Offer] = offered(field, prefix, reader)
    if field.kind in RANGED:
        signs = () if piece.how else LENGTHS if field.kind == Kind.MOMENT else SIGNS
        ranges = (*signs, *(DAYS if field.kind == Kind.MOMENT else ()))
        offers = [offer for offer in ranges if folded(str(offer[0])).startswith(folded(prefix))]
    return [_suggestion(field, span, str(said), str(means)) for said, means in islice(offers, MOST_OFFERED)]


def offered(field: Field, prefix: str, reader: User) -> Iterable[Offer]:
    """The values of a field that begin so; none of numbers, moments and texts."""
    if field.suggest is not None:
        return (*field.suggest(prefix, reader), *_nothing(field, prefix))
    known = [value for value, names in called_values(field) if any(name.startswith(same(prefix)) for name in names)]
    return [(written(field, value), field.words(value) if field.kind == Kind.CHOICE else "") for value in known]


def _suggestion(field: Field, span: Span, said: str, means: str) -> Suggestion:
    text = said if field.kind in RANGED else value_text(said)
    return Suggestion(*span, text, means or said, said if means not in {"", said} else "")


def _nothing(field: Field, prefix: str) -> list[Offer]:
    none = pgettext("typed into a search", "none")
    return [(none, capfirst(nothing_in(field)))] if field.empty and none.startswith(folded(prefix)) else []
