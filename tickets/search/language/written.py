"""A tree as the text that asks for it."""

from __future__ import annotations

from collections.abc import Iterable

from tickets.search.language.tree import Asked, Either, Every, Node, Not, Phrase, Value, Word
from tickets.search.language.words import BARE, HOW, MINUS, QUOTES


def text_of(node: Node) -> str:
    """What parses to the same tree."""
    match node:
        case Word(text=text):
            return text
        case Phrase(text=text):
            return quoted(text)
        case Asked(name=name, how=how, values=values):
            return asked_text(name, values, how=how)
        case Not(part=part):
            said = _within(part)
            return f"NOT {said}" if said[0] in MINUS else f"-{said}"
        case Either(parts=parts):
            return " OR ".join(map(_within, parts))
        case Every(parts=parts):
            return " ".join(map(text_of, parts))


def asked_text(name: str, values: Iterable[Value], *, how: str = "") -> str:
    """`name:value`, with quotation marks where they are needed."""
    said = (value_text(value.low) if value.high is None else f"{value_text(value.low)}..{value_text(value.high)}" for value in values)
    return f"{name}:{how}{','.join(said)}"


def quoted(text: str) -> str:
    """The text between marks that it does not hold itself."""
    pairs = (pair for pair in ('""', "«»", "””", "‘’") if not QUOTES[pair[0]].search(f"{text} "))
    return text.join(next(pairs, '""'))


def value_text(said: str) -> str:
    """A value, between marks where it would not be read as one."""
    return said if not said or (BARE.fullmatch(said) and said[0] not in QUOTES and not HOW.match(said)) else quoted(said)


def _within(node: Node) -> str:
    """As a part of something that binds tighter."""
    said = text_of(node)
    return f"({said})" if isinstance(node, Every | Either) else said
