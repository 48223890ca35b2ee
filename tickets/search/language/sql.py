"""A tree as a condition on tickets for PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import and_, or_

from django.db.models import Q

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tickets.access import scope_q
from tickets.filters import Condition
from tickets.search.language.tree import Asked, Case, Either, Every, Node, Not, Phrase, Word

FindsTexts = Callable[[Node], Q]


def q_of(tree: Node, reader: User, *, texts: FindsTexts) -> Q:
    """The condition under which a ticket is found. `texts` finds what asks for words alone, as large a piece of the tree as there is.

    What is turned round is turned round leaf by leaf: a condition whose field takes a right holds only where the reader has it, its reverse
    too, so that no ticket tells by its absence what its reader may not see.
    """
    return _found(tree, reader, texts, reverse=False)


def _found(node: Node, reader: User, texts: FindsTexts, *, reverse: bool) -> Q:
    if asks_texts(node):
        return ~texts(node) if reverse else texts(node)
    match node:
        case Not(part=part):
            return _found(part, reader, texts, reverse=not reverse)
        case Every() | Either():
            joined = or_ if isinstance(node, Either) != reverse else and_
            return reduce(joined, (_found(part, reader, texts, reverse=reverse) for part in _gathered(node)), Q())
        case Asked(cases=cases):
            joined = and_ if reverse else or_
            return reduce(joined, (_case(case, reader, reverse=reverse) for case in cases), Q())
    raise TypeError(node)


def asks_texts(node: Node) -> bool:
    """Whether it asks for words and phrases, and for nothing else."""
    match node:
        case Word() | Phrase():
            return True
        case Not(part=part):
            return asks_texts(part)
        case Every(parts=parts) | Either(parts=parts):
            return bool(parts) and all(map(asks_texts, parts))
        case _:
            return False


def _gathered(node: Every | Either) -> list[Node]:
    """Its parts; those that ask for texts are one, for whoever finds them at once is faster."""
    texts = tuple(part for part in node.parts if asks_texts(part))
    if len(texts) < 2:
        return list(node.parts)
    return [type(node)(texts, node.span), *(part for part in node.parts if not asks_texts(part))]


def _case(case: Case, reader: User, *, reverse: bool) -> Q:
    parts = (condition.q(reader) for condition in case.conditions)
    found = reduce(and_, parts, Q())
    return ~found & _allowed(case.conditions[0], reader) if case.reverse != reverse else found


def _allowed(condition: Condition, reader: User) -> Q:
    right = condition.field.right
    return Q() if right == Right.VIEW else scope_q(reader, right)
