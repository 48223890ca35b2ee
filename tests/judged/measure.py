"""Asking the queries as an operator who sees all, through the very code of the page, and judging the answers.

Of an answer what may be found besides is struck out, for it is neither right nor wrong. Of what is left:

- precision at 10 is the share of right tickets among the first ten, or among all where there are fewer; 0 where nothing was found;
- recall at 50 is how many right tickets are among the first fifty, of all that are right or of fifty where there are more;
- `first` is whether the first one is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean, median

from django.test import override_settings

from helpdesk.base import clock
from helpdesk.demo.crew import CREW
from helpdesk.staff.models import User
from helpdesk.staff.rights import scope_for
from tests.judged.queries import UNTIL, Kind, Query
from tests.judged.reading import Page
from tickets.desk.management.commands.search_try import answer
from tickets.search.documents import Zone

PRECISION_AT, RECALL_AT = 10, 50


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one query on one engine. `found`: numbers in their order; `how`: how its words were loosened, or what was refused."""

    query: Query
    text: str
    found: list[str]
    right: frozenset[str]
    may: frozenset[str]
    how: str
    ms: float

    @property
    def judged(self) -> list[str]:
        return [number for number in self.found if number not in self.may]

    @property
    def precision(self) -> float:
        first = self.judged[:PRECISION_AT]
        return sum(number in self.right for number in first) / len(first) if first else 0.0

    @property
    def recall(self) -> float:
        return sum(number in self.right for number in self.judged[:RECALL_AT]) / min(RECALL_AT, len(self.right))

    @property
    def first(self) -> bool:
        return bool(self.judged) and self.judged[0] in self.right

    @property
    def failed(self) -> bool:
        return self.precision < 1 or self.recall < 1

    @property
    def wrong(self) -> list[str]:
        """What stands among the first ten and should not."""
        return [number for number in self.judged[:PRECISION_AT] if number not in self.right]

    @property
    def missing(self) -> list[str]:
        """What should stand there and does not, where there was room for it."""
        return sorted(self.right.difference(self.judged[:RECALL_AT])) if self.recall < 1 else []


class Unanswerable(Exception):
    """The demo has no ticket any more that a query is about."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query about the tickets that are there: its words, the numbers of those that are right, and of those that may be found."""

    query: Query
    text: str
    right: frozenset[str]
    may: frozenset[str]


def asked_of(read: Mapping[str, Page], queries: Iterable[Query]) -> Iterator[Asked]:
    """Raises Unanswerable."""
    for query in queries:
        right = frozenset(number for number, page in read.items() if query.must.holds(page))
        if not right:
            raise Unanswerable(
                f"No ticket is right for “{query.text}”: the demo's texts, its seed or its moment are others than they were."
            )
        may = frozenset(number for number, page in read.items() if query.may.holds(page)) - right
        yield Asked(query, _filled(query, right), right, may)


def _filled(query: Query, right: frozenset[str]) -> str:
    if "{" not in query.text:
        return query.text
    (number,) = right
    return query.text.format(number=number, small=number.lower(), bare=number.replace("-", "").lower())


def judge(asked: Iterable[Asked], engine: str, *, runs: int = 1) -> list[Verdict]:
    """All of them, on an engine whose index is made; the milliseconds are the middle of the runs."""
    reader, verdicts = _who_sees_all(), []
    for each in asked:
        with override_settings(SEARCH_ENGINE=engine), clock.travel(UNTIL):
            answers = [answer(reader, {"q": each.text, "sort": ""}, RECALL_AT + len(each.may)) for _run in range(runs)]
        said = answers[0]
        if said.get("engine", engine) != engine and each.query.kind != Kind.FILTER:  # some fields are asked of the tickets alone
            raise RuntimeError(f"“{each.text}” was answered by {said['engine']}.")
        how = said.get("error", said.get("loose", ""))
        verdicts.append(
            Verdict(each.query, each.text, said.get("numbers", []), each.right, each.may, how, median(one["ms"] for one in answers))
        )
    return verdicts


def _who_sees_all() -> User:
    reader = User.objects.get(email=CREW[0].email)
    blind = [zone.name for zone in Zone if not scope_for(reader, zone.right).everything]
    if blind:
        raise RuntimeError(f"{reader.email} does not see everything: {blind}.")
    return reader


def precision(verdicts: Iterable[Verdict]) -> float:
    return fmean(one.precision for one in verdicts)


def recall(verdicts: Iterable[Verdict]) -> float:
    return fmean(one.recall for one in verdicts)
