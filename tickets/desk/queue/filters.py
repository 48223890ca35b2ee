"""What a URL of the queue asks for. The address is the filter: it can be bookmarked, sent, and saved as a view.

`q` is all that is asked for, in the words of the search box; `status` is the tab, `sort` the order. Box, chips and menus change `q`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict

from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from tickets import filters
from tickets.filters import Operator
from tickets.filters.columns import Order
from tickets.filters.spoken import MINE
from tickets.models import FAR, ON_HOLD, Status, Ticket
from tickets.search import postgres
from tickets.search.language import NOTHING_TYPED, Asked, Node, Parsed, Phrase, Trouble, Word, asked_text, parse, q_of, with_asked
from tickets.search.language.tree import Value, every, leaves
from tickets.search.looking import Look, Loose, look, loosened
from tickets.search.mentions import SpokenOf
from tickets.services.numbers import meant_by

TO_ANSWER, EVERY = "to_answer", "all"


BEST = "best"  # the order of what was found by words: that of no field
SEARCH, LOOSE = "q", "loose"  # the search box's name in the address, and how its words were loosened
OWN = frozenset({"status"})  # what the address says otherwise: by the tabs
LONGEST_TYPED = 400  # characters of the box: an address holds them, whatever the alphabet
MOST_TROUBLES = 5  # told one by one


@dataclass(frozen=True)
class Wanted:
    """One view of the queue for its reader: what the box asks for, a tab, an order. What of it cannot be read is left out and told at its
    place, never an error page; `refused` tells of an order."""

    reader: User
    box: Parsed = NOTHING_TYPED
    tab: str = TO_ANSWER
    sort: str = "waiting_since"
    loose: Loose = Loose.UNSAID
    refused: tuple[str, ...] = ()

    @classmethod
    def of(cls, asked: QueryDict, reader: User) -> Wanted:
        """Read a query string. Words are looked for under every status where the address names none, and the best comes first."""
        box = parse(one_state(asked, reader).get(SEARCH, "").strip(), reader)
        tab, loose = asked.get("status", ""), asked.get(LOOSE, "")
        tab = tab if tab in {TO_ANSWER, EVERY, *Status.values} else EVERY if box.has_words else TO_ANSWER
        sort, *refused = _sort(asked.get("sort", ""), BEST if box.has_words else _default_sort(tab), reader)
        return cls(reader, box, tab, sort, Loose(loose) if loose in set(Loose) else Loose.UNSAID, tuple(refused))

    @property
    def number(self) -> str:
        """What may be a ticket's number, if the box has one word and no more."""
        return meant_by(self.box.tree.text) if isinstance(self.box.tree, Word) else ""

    @property
    def troubles(self) -> list[tuple[str, Trouble]]:
        """What in the box cannot be read, piece by piece."""
        return [(self.box.text[one.start : one.end], one) for one in self.box.troubles[:MOST_TROUBLES]]

    @property
    def more_troubles(self) -> int:
        """How many more there are."""
        return max(0, len(self.box.troubles) - MOST_TROUBLES)

    @cached_property
    def order(self) -> Order | None:
        """By a field; None: by what matches best."""
        return None if self.sort == BEST else Order.of(self.sort, self.reader)

    @property
    def longest(self) -> int:
        """How much the box takes."""
        return max(LONGEST_TYPED, len(self.box.text))

    @property
    def mine(self) -> bool:
        """Whether one's own tickets are asked for."""
        return any(isinstance(part, Asked) and part.field == "assignee" and self._are_mine(part) for part in self.box.tops)

    @property
    def mine_alone(self) -> bool:
        """Whether one's own tickets are asked for that wait, and nothing narrower."""
        return self.tab == TO_ANSWER and self.mine and len(self.box.tops) == 1 and not self.box.troubles

    def without(self, part: Node) -> Wanted:
        """The same, asked without one part of what must hold."""
        rest = every(other for other in self.box.tops if other is not part)
        return self._knowing(replace(self.look, tree=rest), box=replace(self.box, tree=rest))

    def loosely(self, loose: Loose) -> Wanted:
        """The same, its words taken so loosely."""
        return self._knowing(loosened(self.look, loose), loose=loose)

    def _knowing(self, look: Look, **changes: Any) -> Wanted:
        """With these changes; what its words are looked for as is known already."""
        found = replace(self, **changes)
        found.__dict__["look"] = look
        return found

    def apply(self, tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """Everything but the tab; the tab's counts need that."""
        return tickets.filter(postgres.condition(self.look, self.reader), merged_into=None)

    @property
    def conditions(self) -> Q:
        """What must hold beside the words."""
        fields = every(part for part in self.box.tops if not any(isinstance(leaf, Word | Phrase) for leaf in leaves(part)))
        return q_of(fields, self.reader, texts=lambda _node: Q())

    def on_tab(self, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """The rows of its tab."""
        return on_tab(rows, self.tab)

    @cached_property
    def look(self) -> Look:
        """What the words in the box are looked for as. A query, the first time, if there are any."""
        return look(self.box.tree, self.reader, loose=self.loose)

    def _are_mine(self, part: Asked) -> bool:
        return part.cases[0].conditions[0].values == (self.reader.pk,)


def one_state(asked: QueryDict, reader: User) -> QueryDict:
    """The address with all that it asks for in `q`. One of earlier days says `game=emberfall`: a field in its first operator."""
    said = [one for one in filters.registered() if one.name not in OWN and asked.get(one.name)]
    if not said:
        return asked
    parts = [asked_text(one.name, [Value(asked.get(one.name, ""))], how=">=" if Operator.AT_LEAST in one.operators else "") for one in said]
    found, typed = asked.copy(), parse(asked.get(SEARCH, "").strip(), reader)
    for one in said:
        del found[one.name]
    found[SEARCH] = with_asked(typed, " ".join(parts), lambda _part: False)
    return found


def address_without(address: str, his: SpokenOf) -> str:
    """What an address asks for, without what speaks of a player who is erased; the very same where nothing does."""
    said = parse_qsl(address)
    left = [(name, his.query_without(value) if name == SEARCH else "" if his.spans(value) else value) for name, value in said]
    return address if left == said else urlencode([(name, value) for name, value in left if value])


def beside_box(asked: QueryDict, wanted: Wanted) -> list[tuple[str, str]]:
    """What of the address stays while something else is typed. Of the first tab it says nothing, so that words look under every status."""
    rest = {name: asked.get(name, "") for name in asked if name not in {SEARCH, LOOSE, "after", "status"}}
    return list((rest if wanted.tab == TO_ANSWER else rest | {"status": wanted.tab}).items())


def asks_for_mine(asked: QueryDict) -> bool:
    """Whether an address asks for one's own tickets, as far as that is seen without reading all of it."""
    return asked.get("assignee") == "me" or not {f"assignee:{me}" for me in MINE}.isdisjoint(asked.get(SEARCH, "").split())


def on_tab(rows: QuerySet[Ticket], tab: str) -> QuerySet[Ticket]:
    """The rows of one tab."""
    if tab == EVERY:
        return rows
    if tab == TO_ANSWER:
        return rows.filter(waiting_key__lt=FAR)
    return rows.filter(status=tab)


def _sort(said: str, usual: str, reader: User) -> tuple[str, ...]:
    """The order that an address says, or else the usual one, and why it is not that which is said."""
    if not said or said == BEST:
        return (usual,)
    try:
        return (Order.of(said, reader).said,)
    except DomainError as error:
        return usual, str(error)


def _default_sort(tab: str) -> str:
    if tab in ON_HOLD:
        return "due"  # what is overdue rises
    return "-changed" if tab in {Status.ANSWERED, Status.RESOLVED, Status.CLOSED, EVERY} else "waiting_since"
