"""A text becomes a tree. It never raises: what cannot be read is told at its place, and the rest is asked for.

every   = part { part }            all of these
part    = inverse { OR inverse }   one of these
inverse = { NOT | - } atom
atom    = word | phrase | field:value | ( every )
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from tickets.filters import Kind
from tickets.filters.filter import MOST_CONDITIONS, MOST_VALUES
from tickets.filters.spoken import known_together
from tickets.search.language.asking import LISTED, cases
from tickets.search.language.having import names
from tickets.search.language.tree import Asked, Either, Node, Not, Parsed, Phrase, Span, Trouble, Word, either, every
from tickets.search.language.words import NOTHING_TO_TURN, Lexer, Piece, Sort, plain

LONGEST_TEXT = 2_000  # characters
DEEPEST = 20  # brackets within each other
MOST_WORDS = 20  # each is looked for in texts

_ENDS = frozenset({Sort.CLOSE, Sort.OR, Sort.AND})  # nothing begins with these
_NO_SIDE = gettext_lazy("Something to choose from is missing beside this word.")
_NEVER_CLOSED = gettext_lazy("This bracket is never closed.")
_NEVER_OPENED = gettext_lazy("This bracket closes nothing.")
_EMPTY = gettext_lazy("Nothing stands between these brackets.")


def _limit(words: str, most: int) -> str:
    return _(words) % {"n": most}


_lazily = lazy(_limit, str)
_TOO_DEEP = _lazily(gettext_noop("At most %(n)s brackets may stand within each other."), DEEPEST)
_TOO_MANY_WORDS = _lazily(gettext_noop("At most %(n)s words are looked for."), MOST_WORDS)
_TOO_MANY_VALUES = _lazily(gettext_noop("At most %(n)s values are read."), MOST_VALUES)
_TOO_MANY_CONDITIONS = _lazily(gettext_noop("A filter takes at most %(n)s conditions."), MOST_CONDITIONS)


def parse(text: str, reader: User) -> Parsed:
    """Read what somebody typed. One query for all rows that are named; none where there are none."""
    read = plain(text[:LONGEST_TEXT])
    pieces = list(Lexer(read, names()).pieces())
    with known_together(lambda: _read_names(pieces, reader), reader):
        return _parsed(text, read, _Parser(pieces, reader))


def shape(text: str) -> Parsed:
    """The same for nobody: no rights are asked and no rows, and so no condition has cases."""
    read = plain(text[:LONGEST_TEXT])
    return _parsed(text, read, _Parser(list(Lexer(read, names()).pieces()), None))


def _parsed(text: str, read: str, parser: _Parser) -> Parsed:
    tree = parser.all()
    troubles = parser.troubles
    if len(text) > LONGEST_TEXT:
        words = _("Only the first %(read)s characters are read; %(more)s more are left out.")
        troubles.append(Trouble(LONGEST_TEXT, len(text), words % {"read": LONGEST_TEXT, "more": len(text) - LONGEST_TEXT}))
    return Parsed(text, tree, tuple(_together(sorted(troubles, key=lambda trouble: trouble.start), read)))


def _read_names(pieces: Iterable[Piece], reader: User) -> None:
    """The values that may name a row, as far as so many are read at all."""
    named = [piece for piece in pieces if piece.field is not None and piece.field.kind == Kind.ID][:MOST_CONDITIONS]
    read = 0
    for piece in named:
        read += len(piece.values)
        if piece.field and read <= MOST_VALUES:
            with suppress(DomainError):
                cases(piece.field, piece.how, piece.values, reader)


class _Parser:
    """One walk over the pieces."""

    def __init__(self, pieces: list[Piece], reader: User | None) -> None:
        self._pieces, self._at, self._reader = pieces, 0, reader
        self._words = self._conditions = self._values = 0
        self._unheeded = 0  # brackets that were too deep and are still open
        self.troubles: list[Trouble] = []

    def all(self) -> Node:
        """The whole text."""
        return self._every(0)

    def _every(self, depth: int) -> Node:
        parts: list[Node] = []
        begin = self._at
        while (piece := self._next) is not None:
            match piece.sort:
                case Sort.CLOSE if self._unheeded:
                    self._unheeded -= 1
                    self._at += 1
                case Sort.CLOSE if depth:
                    break
                case Sort.CLOSE:
                    self._wrong(piece, _NEVER_OPENED)
                case Sort.OR:
                    self._wrong(piece, _NO_SIDE)
                case Sort.AND:
                    lone = self._at == begin or not self._begins(1)
                    self._at += 1
                    if lone:
                        self._tell(piece.span, _NO_SIDE)
                case _:
                    parts += self._part(depth)
        return every(parts)

    def _part(self, depth: int) -> list[Node]:
        options = self._inverse(depth)
        while (joint := self._next) is not None and joint.sort == Sort.OR:
            if self._begins(1):
                self._at += 1
                options += self._inverse(depth)
            else:
                self._wrong(joint, _NO_SIDE)
        return [either(options)] if options else []

    def _inverse(self, depth: int) -> list[Node]:
        first, turns = self._at, 0
        while (piece := self._next) is not None and piece.sort == Sort.NOT:
            turns += 1
            self._at += 1
        if not turns:
            return self._atom(depth)
        start = self._pieces[first].span.start
        if not self._begins():
            self._tell(Span(start, self._pieces[self._at - 1].span.end), NOTHING_TO_TURN)
            return []
        found = self._atom(depth)
        whole = Span(start, self._pieces[self._at - 1].span.end)
        return [_turned(node, whole) if turns % 2 else node for node in found]

    def _atom(self, depth: int) -> list[Node]:
        """One node, or none if what stands here was told to be unreadable."""
        piece = self._pieces[self._at]
        if piece.sort == Sort.OPEN:
            return self._brackets(depth, piece)
        self._at += 1
        if piece.sort == Sort.WRONG:
            self._tell(piece.span, piece.text)
            return []
        try:
            return [self._leaf(piece)]
        except DomainError as error:
            self._tell(piece.span, error.message)
            return []

    def _leaf(self, piece: Piece) -> Node:
        if piece.field is not None:
            listed = piece.field.kind in LISTED
            self._conditions += 1 if listed else len(piece.values)
            self._values += len(piece.values) if listed else 0
            if self._conditions > MOST_CONDITIONS:
                raise DomainError(_TOO_MANY_CONDITIONS)
            if self._values > MOST_VALUES:
                raise DomainError(_TOO_MANY_VALUES)
            found = cases(piece.field, piece.how, piece.values, self._reader) if self._reader else ()
            return Asked(str(piece.text), piece.how, piece.values, found, piece.span)
        self._words += 1
        if self._words > MOST_WORDS:
            raise DomainError(_TOO_MANY_WORDS)
        return (Phrase if piece.sort == Sort.PHRASE else Word)(str(piece.text), piece.span)

    def _brackets(self, depth: int, opened: Piece) -> list[Node]:
        self._at += 1
        if depth == DEEPEST:
            self._unheeded += 1
            self._tell(opened.span, _TOO_DEEP)
            return []
        inside = self._at
        node = self._every(depth + 1)
        closed = self._next
        if closed is None:
            self._tell(opened.span, _NEVER_CLOSED)
        else:
            self._at += 1
            if self._at == inside + 1:
                self._tell(Span(opened.span.start, closed.span.end), _EMPTY)
        if isinstance(node, Either):
            node = replace(node, span=Span(opened.span.start, self._pieces[self._at - 1].span.end))
        return [node] if node != every(()) else []

    @property
    def _next(self) -> Piece | None:
        return self._pieces[self._at] if self._at < len(self._pieces) else None

    def _begins(self, ahead: int = 0) -> bool:
        """Whether something can begin here, or so many pieces ahead."""
        at = self._at + ahead
        return at < len(self._pieces) and self._pieces[at].sort not in _ENDS

    def _wrong(self, piece: Piece, sentence: str | Promise) -> None:
        self._at += 1
        self._tell(piece.span, sentence)

    def _tell(self, span: Span, sentence: str | Promise) -> None:
        self.troubles.append(Trouble(span.start, span.end, sentence))


def _turned(node: Node, whole: Span) -> Node:
    """What is turned round twice is itself."""
    return node.part if isinstance(node, Not) else Not(node, whole)


def _together(troubles: Iterable[Trouble], text: str) -> list[Trouble]:
    """What is wrong in the same way side by side is told once."""
    told: list[Trouble] = []
    for trouble in troubles:
        last = told[-1] if told else None
        if last and last.sentence is trouble.sentence and not text[last.end : trouble.start].strip():
            told[-1] = Trouble(last.start, trouble.end, last.sentence)
        else:
            told.append(trouble)
    return told
