"""What was asked, as a tree. Where a node stood in the text is no part of what it means: two of them are equal when they say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from django.utils.functional import Promise

from tickets.filters import Condition


class Span(NamedTuple):
    """Characters of the text, from `start` to before `end`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """What stands there."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Value:
    """What somebody said of a field; with `high`, that and everything up to it. An end that is left open is empty."""

    low: str
    high: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """All these conditions; with `reverse`, not all of them."""

    conditions: tuple[Condition, ...]
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was typed."""

    text: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand together, in this order."""

    text: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition on a field, as it was said, and what that meant at that moment for that reader: one of `cases` holds.

    `name` is what the field was called, `how` one of "", ">", ">=", "<" and "<=".
    """

    name: str
    how: str
    values: tuple[Value, ...]
    cases: tuple[Case, ...] = field(compare=False, repr=False)
    span: Span = field(compare=False)

    @property
    def field(self) -> str:
        """The field's own name; "" where several are asked."""
        first, *others = {case.conditions[0].field.name for case in self.cases}
        return "" if others else first


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever is not like this."""

    part: Node
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Every:
    """All of its parts; where there is none, everything."""

    parts: tuple[Node, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of its parts."""

    parts: tuple[Node, ...]
    span: Span = field(compare=False)


Node = Word | Phrase | Asked | Not | Every | Either


@dataclass(frozen=True, slots=True)
class Trouble:
    """A piece of the text that cannot be read and is not searched, with a sentence for who typed it."""

    start: int
    end: int
    sentence: str | Promise


@dataclass(frozen=True)
class Parsed:
    """A text that was read: what it asks for, and what of it could not be read, from left to right."""

    text: str
    tree: Node
    troubles: tuple[Trouble, ...]

    @cached_property
    def tops(self) -> tuple[Node, ...]:
        """What must hold, each by itself."""
        return self.tree.parts if isinstance(self.tree, Every) else (self.tree,)

    @property
    def has_words(self) -> bool:
        """Whether texts must be looked through."""
        return any(isinstance(leaf, Word | Phrase) for leaf in leaves(self.tree))


NOTHING_TYPED = Parsed("", Every((), Span(0, 0)), ())


def every(parts: Iterable[Node], at: int = 0) -> Node:
    """All of these, without a level that says nothing. `at`: where it stands if there are none."""
    flat = [each for part in parts for each in (part.parts if isinstance(part, Every) else (part,))]
    return flat[0] if len(flat) == 1 else Every(tuple(flat), _over(flat, at))


def either(parts: Iterable[Node]) -> Node:
    """One of these; there is at least one."""
    several = list(parts)
    flat = [each for part in several for each in (part.parts if isinstance(part, Either) else (part,))]
    return several[0] if len(several) == 1 else Either(tuple(flat), _over(flat, 0))


Leaf = Word | Phrase | Asked


def with_leaves(node: Node, change: Callable[[Leaf], Leaf | None]) -> Node | None:
    """The tree with what becomes of each leaf; None where nothing is left of it."""
    match node:
        case Not(part=part):
            left = with_leaves(part, change)
            return left and replace(node, part=left)
        case Every(parts=parts) | Either(parts=parts):
            some = [left for part in parts if (left := with_leaves(part, change))]
            return (every(some) if isinstance(node, Every) else either(some)) if some else None
        case _:
            return change(node)


def leaves(node: Node) -> Iterable[Leaf]:
    """Its words, phrases and conditions, from left to right."""
    match node:
        case Not(part=part):
            yield from leaves(part)
        case Every(parts=parts) | Either(parts=parts):
            for part in parts:
                yield from leaves(part)
        case _:
            yield node


def _over(parts: list[Node], at: int) -> Span:
    return Span(parts[0].span.start, parts[-1].span.end) if parts else Span(at, at)
