"""The pieces of a text: words, phrases, `field:value`, brackets, and what joins or turns round.

Each character is looked at a fixed number of times. What separates is a blank or what nobody sees (NUL, half a surrogate pair, marks of
direction); full-width brackets and colons, and every pair of quotation marks, are what they look like. A quotation mark without its other
one, and a hyphen before nothing, are pieces of their own with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.filters import Field, Kind
from tickets.search.language.names import Names
from tickets.search.language.tree import Span, Value

QUOTES = {  # the opening one: what closes it
    '"': re.compile('"'),
    "＂": re.compile("＂"),
    "“": re.compile('[”“"]'),
    "”": re.compile("”"),
    "„": re.compile('[“”"]'),
    "«": re.compile("»"),
    "»": re.compile("[«»]"),
    "‘": re.compile(r"’(?![^\s()（）,，])"),  # an apostrophe where the word goes on
    "‚": re.compile(r"[‘’](?![^\s()（）,，])"),
}
CLOSING = frozenset('"＂”“»«’‘')
OPEN, CLOSE, MINUS, COMMA = "(（", ")）", "-−–", frozenset(",，")
JOINS = {"OR": "or", "ИЛИ": "or", "AND": "and", "И": "and", "NOT": "not", "НЕ": "not"}
RANGED = frozenset({Kind.NUMBER, Kind.MOMENT})
SIGNS = {"≥": ">=", "≤": "<=", "=>": ">=", "=<": "<=", "＞": ">", "＜": "<", "=": ""}

UNCLOSED = gettext_lazy("This quotation mark has no other one.")
NOTHING_QUOTED = gettext_lazy("Nothing stands between these quotation marks.")
NOTHING_TO_TURN = gettext_lazy("Nothing follows that could be left out.")

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff\\s]")
_RUN = re.compile(r"[^\s()（）]+")
_NAME = re.compile(r"([^\W\d_][\w.\u0300-\u036f]{0,60})[:：]")
HOW = re.compile(r">=|=>|<=|=<|[<>=≥≤＞＜]")
VALUE = re.compile(r"[^\s()（）,，]*")
BARE = re.compile(r"(?:(?!\.\.)[^\s()（）,，…])*")
_DOTS = re.compile(r"\.\.\.?|…")


class Sort(Enum):
    """What a piece is. `WRONG` has a sentence and is not searched."""

    WORD = auto()
    PHRASE = auto()
    FIELD = auto()
    OPEN = auto()
    CLOSE = auto()
    OR = auto()
    AND = auto()
    NOT = auto()
    WRONG = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """One of them. `text`: the word, the phrase, what a field was called, or what is wrong; `parts`: where a field's values stand."""

    sort: Sort
    span: Span
    text: str | Promise = ""
    field: Field | None = None
    how: str = ""
    values: tuple[Value, ...] = ()
    parts: tuple[Span, ...] = ()


def plain(text: str) -> str:
    """The text with a blank for each character that nobody sees; as long as before."""
    return _UNSEEN.sub(" ", text)


class Lexer:
    """Reads a text that is `plain`, once, from left to right."""

    def __init__(self, text: str, names: Names) -> None:
        self._text, self._names = text, names
        self._alone: set[str] = set()  # opening marks that nothing closes from here on

    def pieces(self) -> Iterator[Piece]:
        """All pieces of the text."""
        at, text = 0, self._text
        while at < len(text):
            if text[at] == " ":
                at += 1
                continue
            piece = self._piece(at)
            yield piece
            at = piece.span.end

    def _piece(self, at: int) -> Piece:
        char, after = self._text[at], self._text[at + 1 : at + 2]
        if char in OPEN + CLOSE:
            return Piece(Sort.OPEN if char in OPEN else Sort.CLOSE, Span(at, at + 1))
        if char in QUOTES:
            return self._phrase(at)
        if char in MINUS and after in {"", " "}:
            return Piece(Sort.WRONG, Span(at, at + 1), NOTHING_TO_TURN)
        if char in MINUS and after not in MINUS:
            return Piece(Sort.NOT, Span(at, at + 1))
        return self._word(at)

    def _phrase(self, at: int) -> Piece:
        if not (end := self._closing(at)):
            return Piece(Sort.WRONG, Span(at, at + 1), UNCLOSED)
        inside = self._text[at + 1 : end - 1].strip()
        return Piece(Sort.PHRASE, Span(at, end), inside) if inside else Piece(Sort.WRONG, Span(at, end), NOTHING_QUOTED)

    def _word(self, at: int) -> Piece:
        run = _RUN.match(self._text, at)
        end = run.end() if run else at + 1
        said = self._text[at:end]
        if said in JOINS:
            return Piece(Sort[JOINS[said].upper()], Span(at, end))
        if (name := _NAME.match(self._text, at, end)) and not self._text.startswith(("//", "\\"), name.end()):
            called = name[1]
            if found := self._names.find(called):
                return self._field(called, found, at, name.end())
            if name.end() < end and (near := self._names.near(called)):
                _values, _parts, end = self._values(name.end(), ranged=False)
                words = _("There is no field “%(name)s”. Did you mean “%(near)s”?") % {"name": called, "near": near}
                return Piece(Sort.WRONG, Span(at, end), words)
        return Piece(Sort.WORD, Span(at, end), said)

    def _field(self, called: str, found: Field, at: int, end: int) -> Piece:
        how = ""
        if sign := HOW.match(self._text, end):
            how, end = SIGNS.get(sign[0], sign[0]), sign.end()
        values, parts, end = self._values(end, ranged=found.kind in RANGED)
        if self._text[end : end + 1] in QUOTES and self._text[end - 1] not in CLOSING:
            return Piece(Sort.WRONG, Span(at, end + 1), UNCLOSED, found, how)
        if not values:
            words = _("Say what “%(name)s” shall be, without a blank before it.") % {"name": called}
            return Piece(Sort.WRONG, Span(at, end), words, found, how)
        return Piece(Sort.FIELD, Span(at, end), called, found, how, values, parts)

    def _values(self, at: int, *, ranged: bool) -> tuple[tuple[Value, ...], tuple[Span, ...], int]:
        """What stands behind a colon: values with commas between, where each stands, and where they end."""
        values, parts, text = list[Value](), list[Span](), self._text
        while True:
            low, end = self._value(at, ranged=ranged)
            high = None
            if ranged and (dots := _DOTS.match(text, end)):
                high, end = self._value(dots.end(), ranged=True)
            if low or high:
                values.append(Value(low, high))
                parts.append(Span(at, end))
            if text[end : end + 1] not in COMMA:
                return tuple(values), tuple(parts), end
            at = end + 1

    def _value(self, at: int, *, ranged: bool) -> tuple[str, int]:
        text = self._text
        if text[at : at + 1] in QUOTES:
            end = self._closing(at)
            return (text[at + 1 : end - 1].strip(), end) if end else ("", at)
        bare = (BARE if ranged else VALUE).match(text, at)
        end = bare.end() if bare else at
        return text[at:end], end

    def _closing(self, at: int) -> int:
        """Where the quotation that opens here ends; 0 if nowhere."""
        mark = self._text[at]
        if mark in self._alone:
            return 0
        if found := QUOTES[mark].search(self._text, at + 1):
            return found.end()
        self._alone.add(mark)
        return 0
