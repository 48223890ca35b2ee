"""What a URL of the queue asks for. The address is the filter: it can be bookmarked, sent, and saved as a view."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.base.bounds import whole_number
from helpdesk.base.folding import finds
from helpdesk.staff.models import User
from helpdesk.studio.models import Game, Topic
from tickets.models import FAR, Status, Ticket, with_nobody
from tickets.sight import named

TO_ANSWER, EVERY = "to_answer", "all"


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of the queue: its name in the URL, the NOT NULL column, and which end comes first."""

    name: str
    label: str | Promise
    key: str
    descending: bool


SORTS = {
    sort.name: sort
    for sort in (
        Sort("waiting", _("Longest waiting first"), "waiting_key", False),
        Sort("newest", _("Newest first"), "created_at", True),
        Sort("oldest", _("Oldest first"), "created_at", False),
        Sort("changed", _("Recently changed first"), "changed_at", True),
    )
}
PERSON = ("me", "nobody")


@dataclass(frozen=True, slots=True)
class Filter:
    """One view of the queue. Empty parts leave that side open; unknown words in the URL are ignored, never an error page."""

    tab: str = TO_ANSWER
    game: str = ""
    language: str = ""
    assignee: str = ""  # me, nobody, or the id of a person
    team: str = ""
    topic: str = ""
    words: str = ""  # what somebody typed into the search field
    sort: str = "waiting"

    @classmethod
    def of(cls, asked: QueryDict) -> Filter:
        """Read a query string."""
        tab = asked.get("status", TO_ANSWER)
        assignee = asked.get("assignee", "")
        sort = asked.get("sort", "")
        return cls(
            tab=tab if tab in {TO_ANSWER, EVERY, *Status.values} else TO_ANSWER,
            game=asked.get("game", "")[:40],
            language=asked.get("language", "")[:12],
            assignee=assignee if assignee in PERSON or whole_number(assignee) else "",
            team=asked.get("team", "") if whole_number(asked.get("team")) else "",
            topic=asked.get("topic", "")[:60],
            words=asked.get("q", "").replace("\x00", "").strip()[:200],
            sort=sort if sort in SORTS else _default_sort(tab),
        )

    @property
    def order(self) -> Sort:
        return SORTS[self.sort]

    @property
    def narrowed(self) -> bool:
        """Whether anything but the tab and the order is asked for."""
        return replace(self, tab=TO_ANSWER, sort="waiting") != Filter()

    @property
    def mine_alone(self) -> bool:
        """Whether one's own tickets are asked for that wait, and nothing narrower."""
        return replace(self, sort="waiting", words="") == Filter(assignee="me")

    def apply(self, tickets: QuerySet[Ticket], reader: User) -> QuerySet[Ticket]:
        """Everything but the tab; the tab's counts need that."""
        rows = tickets.filter(merged_into=None)
        if self.game:
            rows = rows.filter(game=_pk_of(Game.objects.filter(slug=self.game)))
        if self.language:
            rows = rows.filter(language=self.language)
        if self.assignee == "nobody":
            rows = rows.filter(with_nobody())
        elif self.assignee:
            rows = rows.filter(assignee=reader.pk if self.assignee == "me" else whole_number(self.assignee))
        if self.team:
            rows = rows.filter(team=whole_number(self.team))
        if self.topic:
            rows = rows.filter(topic=_pk_of(Topic.objects.filter(slug=self.topic)))
        if self.words:
            rows = rows.filter(
                Q(number__iexact=self.words) | finds("subject", self.words) | finds("preview", self.words) | named(reader, self.words)
            )
        return rows

    def on_tab(self, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """The rows of one tab."""
        if self.tab == EVERY:
            return rows
        if self.tab == TO_ANSWER:
            return rows.filter(waiting_key__lt=FAR)
        return rows.filter(status=self.tab)


def _default_sort(tab: str) -> str:
    return "changed" if tab in {Status.ANSWERED, Status.RESOLVED, Status.CLOSED, EVERY} else "waiting"


def _pk_of(rows: QuerySet[Game] | QuerySet[Topic]) -> int:
    """The id itself and no join: only so the planner sees which part of the index is meant. 0 where there is no such row."""
    return rows.values_list("pk", flat=True).first() or 0
