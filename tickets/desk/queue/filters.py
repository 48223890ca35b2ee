"""What a URL of the queue asks for. The address is the filter: it can be bookmarked, sent, and saved as a view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from helpdesk.base.errors import DomainError
from helpdesk.base.folding import finds
from helpdesk.staff.models import User
from tickets import filters
from tickets.filters import Condition, Field, Filter, Kind, Operator
from tickets.filters.columns import Order
from tickets.filters.fields import Values
from tickets.models import FAR, ON_HOLD, Status, Ticket
from tickets.search.language import NOTHING_TYPED, Parsed, Phrase, Trouble, Word, parse, q_of, without_parts
from tickets.sight import named

TO_ANSWER, EVERY = "to_answer", "all"


SORT_KEY = "sort_key"
SEARCH, WORDS = "q", "words"  # the search box's name in the address, and the field of what it looks for without one
DRAWN = frozenset({"game", "assignee", "language", "team", "topic"})  # what has a menu or a mark of its own
OWN = frozenset({"status", WORDS})  # fields that the address says otherwise: by the tabs, and by the box
MOST_TROUBLES = 5  # told one by one


def register_own() -> None:
    """What the search field looks through. Called in `ready()`."""
    filters.register(Field(WORDS, _("Words"), Kind.TEXT, _with_words))


@dataclass(frozen=True, slots=True)
class Wanted:
    """One view of the queue for its reader. What an address says wrongly is left out, never an error page: `refused` tells of it.

    `said` is what the address says of each field that was understood, by the field's name; `box` what was typed into the search box.
    """

    filter: Filter
    box: Parsed = NOTHING_TYPED
    tab: str = TO_ANSWER
    sort: str = "waiting_since"
    said: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[str, ...] = ()

    @classmethod
    def of(cls, asked: QueryDict, reader: User) -> Wanted:
        """Read a query string."""
        tab = asked.get("status", TO_ANSWER)
        tab = tab if tab in {TO_ANSWER, EVERY, *Status.values} else TO_ANSWER
        said = {one.name: word for one in filters.registered() if one.name not in OWN and (word := asked.get(one.name, ""))}
        refused: list[DomainError] = []
        found = Filter.of(((name, "", [word]) for name, word in said.items()), reader, refused=refused)
        sort = _sort(asked.get("sort", ""), tab, reader, refused)
        return cls(
            found,
            box=parse(asked.get(SEARCH, "").strip(), reader),
            tab=tab,
            sort=sort,
            said={condition.field.name: said[condition.field.name] for condition in found.conditions},
            refused=tuple(map(str, refused)),
        )

    @property
    def number(self) -> str:
        """What may be a ticket's number, if the box has one word and no more."""
        return self.box.tree.text.upper() if isinstance(self.box.tree, Word) else ""

    @property
    def typed(self) -> list[tuple[str, str]]:
        """The parts of what is in the box, and what it holds without each."""
        return [(part.span.of(self.box.text), without_parts(self.box, lambda other, part=part: other is part)) for part in self.box.tops]  # type: ignore[misc]

    @property
    def troubles(self) -> list[tuple[str, Trouble]]:
        """What in the box cannot be read, piece by piece."""
        return [(self.box.text[one.start : one.end], one) for one in self.box.troubles[:MOST_TROUBLES]]

    @property
    def more_troubles(self) -> int:
        """How many more there are."""
        return max(0, len(self.box.troubles) - MOST_TROUBLES)

    @property
    def order(self) -> Order:
        return Order(filters.field(self.sort.removeprefix("-")), self.sort.startswith("-"))

    def sorted(self, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """Rows with what they are sorted by, `SORT_KEY`."""
        return rows.annotate(**{SORT_KEY: self.order.key(self.filter.reader)})

    @property
    def narrowed(self) -> bool:
        """Whether anything but the tab and the order is asked for."""
        return bool(self.said or self.box.text)

    @property
    def mine_alone(self) -> bool:
        """Whether one's own tickets are asked for that wait, and nothing narrower."""
        return self.tab == TO_ANSWER and self.said == {"assignee": "me"}

    @property
    def others(self) -> list[Condition]:
        """What else is asked for than what has a menu of its own."""
        return [condition for condition in self.filter.conditions if condition.field.name not in DRAWN]

    def apply(self, tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """Everything but the tab; the tab's counts need that."""
        return tickets.filter(self.filter.q(), q_of(self.box.tree, self.filter.reader, words=self._finds), merged_into=None)

    def on_tab(self, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """The rows of its tab."""
        return on_tab(rows, self.tab)

    def _finds(self, part: Word | Phrase) -> Q:
        return _with_words(Operator.HAS, (part.text,), self.filter.reader)


def on_tab(rows: QuerySet[Ticket], tab: str) -> QuerySet[Ticket]:
    """The rows of one tab."""
    if tab == EVERY:
        return rows
    if tab == TO_ANSWER:
        return rows.filter(waiting_key__lt=FAR)
    return rows.filter(status=tab)


def _with_words(_operator: Operator, values: Values, reader: User) -> Q:
    words = values[0]
    return Q(number__iexact=words) | finds("subject", words) | finds("preview", words) | named(reader, words)


def _sort(said: str, tab: str, reader: User, refused: list[DomainError]) -> str:
    """What an address says of the order, or what the tab is mostly sorted by."""
    try:
        if said:
            return Order.of(said, reader).said
    except DomainError as error:
        refused.append(error)
    if tab in ON_HOLD:
        return "due"  # what is overdue rises
    return "-changed" if tab in {Status.ANSWERED, Status.RESOLVED, Status.CLOSED, EVERY} else "waiting_since"
