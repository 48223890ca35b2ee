"""What a URL of the queue asks for. The address is the filter: it can be bookmarked, sent, and saved as a view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from tickets import filters
from tickets.filters import Condition, Filter
from tickets.models import DUE, FAR, ON_HOLD, URGENCY, Status, Ticket
from tickets.search import postgres
from tickets.search.language import NOTHING_TYPED, Parsed, Trouble, Word, parse, without_parts
from tickets.search.looking import Look, Loose, look

TO_ANSWER, EVERY = "to_answer", "all"


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of the queue: its name in the URL, the column (or `DUE`, `URGENCY`), never NULL, and which end comes first."""

    name: str
    label: str | Promise
    key: str
    descending: bool


BEST = "best"  # the order of what was found by words
SORTS = {
    sort.name: sort
    for sort in (
        Sort(BEST, _("Best match first"), "", True),
        Sort("waiting", _("Longest waiting first"), "waiting_key", False),
        Sort("urgent", _("Most urgent first"), "urgency_key", False),
        Sort("newest", _("Newest first"), "created_at", True),
        Sort("oldest", _("Oldest first"), "created_at", False),
        Sort("due", _("Nearest day first"), "due_key", False),
        Sort("changed", _("Recently changed first"), "changed_at", True),
    )
}
_COMPUTED: dict[str, Combinable] = {"due_key": DUE, "urgency_key": URGENCY}  # what rows are sorted by that is no column
SEARCH, LOOSE = "q", "loose"  # the search box's name in the address, and how its words were loosened
DRAWN = frozenset({"game", "assignee", "language", "team", "topic"})  # what has a menu or a mark of its own
OWN = frozenset({"status"})  # what the address says otherwise: by the tabs
MOST_TROUBLES = 5  # told one by one


@dataclass(frozen=True)
class Wanted:
    """One view of the queue for its reader. What an address says wrongly is left out, never an error page: `refused` tells of it.

    `said` is what the address says of each field that was understood, by the field's name; `box` what was typed into the search box.
    """

    filter: Filter
    box: Parsed = NOTHING_TYPED
    tab: str = TO_ANSWER
    sort: str = "waiting"
    said: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    loose: Loose = Loose.UNSAID

    @classmethod
    def of(cls, asked: QueryDict, reader: User) -> Wanted:
        """Read a query string."""
        tab, sort = asked.get("status", TO_ANSWER), asked.get("sort", "")
        tab = tab if tab in {TO_ANSWER, EVERY, *Status.values} else TO_ANSWER
        said = {one.name: word for one in filters.registered() if one.name not in OWN and (word := asked.get(one.name, ""))}
        refused: list[DomainError] = []
        found = Filter.of(((name, "", [word]) for name, word in said.items()), reader, refused=refused)
        box, loose = parse(asked.get(SEARCH, "").strip(), reader), asked.get(LOOSE, "")
        return cls(
            found,
            box=box,
            tab=tab,
            sort=sort if sort in SORTS and (sort != BEST or box.has_words) else BEST if box.has_words else _default_sort(tab),
            said={condition.field.name: said[condition.field.name] for condition in found.conditions},
            refused=tuple(map(str, refused)),
            loose=Loose(loose) if loose in set(Loose) else Loose.UNSAID,
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
    def order(self) -> Sort:
        return SORTS[self.sort]

    @property
    def orders(self) -> list[Sort]:
        """All orders of this view."""
        return [sort for sort in SORTS.values() if sort.name != BEST or self.box.has_words]

    @property
    def computed(self) -> dict[str, Combinable]:
        """What its order sorts by, where that is no column."""
        return {key: found for key, found in _COMPUTED.items() if key == self.order.key}

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
        return tickets.filter(self.filter.q(), postgres.condition(self.look, self.filter.reader), merged_into=None)

    def on_tab(self, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """The rows of its tab."""
        return on_tab(rows, self.tab)

    @cached_property
    def look(self) -> Look:
        """What the words in the box are looked for as. A query, the first time, if there are any."""
        return look(self.box.tree, self.filter.reader, loose=self.loose)


def on_tab(rows: QuerySet[Ticket], tab: str) -> QuerySet[Ticket]:
    """The rows of one tab."""
    if tab == EVERY:
        return rows
    if tab == TO_ANSWER:
        return rows.filter(waiting_key__lt=FAR)
    return rows.filter(status=tab)


def _default_sort(tab: str) -> str:
    if tab in ON_HOLD:
        return "due"  # what is overdue rises
    return "changed" if tab in {Status.ANSWERED, Status.RESOLVED, Status.CLOSED, EVERY} else "waiting"
