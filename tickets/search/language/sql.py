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

FindsWords = Callable[[Word | Phrase], Q]


def q_of(tree: Node, reader: User, *, words: FindsWords) -> Q:
    """The condition under which a ticket is found. `words` finds texts.

    What is turned round is turned round leaf by leaf: a condition whose field takes a right holds only where the reader has it, its reverse
    too, so that no ticket tells by its absence what its reader may not see.
    """
    return _found(tree, reader, words, reverse=False)


def _found(node: Node, reader: User, words: FindsWords, *, reverse: bool) -> Q:
    match node:
        case Not(part=part):
            return _found(part, reader, words, reverse=not reverse)
        case Every(parts=parts) | Either(parts=parts):
            joined = or_ if isinstance(node, Either) != reverse else and_
            return reduce(joined, (_found(part, reader, words, reverse=reverse) for part in parts), Q())
        case Asked(cases=cases):
            joined = and_ if reverse else or_
            return reduce(joined, (_case(case, reader, reverse=reverse) for case in cases), Q())
        case _:
            return ~words(node) if reverse else words(node)


def _case(case: Case, reader: User, *, reverse: bool) -> Q:
    parts = (condition.q(reader) for condition in case.conditions)
    found = reduce(and_, parts, Q())
    return ~found & _allowed(case.conditions[0], reader) if case.reverse != reverse else found


def _allowed(condition: Condition, reader: User) -> Q:
    right = condition.field.right
    return Q() if right == Right.VIEW else scope_q(reader, right)
