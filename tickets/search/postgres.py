"""PostgreSQL's own engine: a condition on tickets over the vectors of `SearchDocument`, and an order by how well they fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import and_, or_
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, Scope, scope_for
from tickets.access import through_ticket
from tickets.models import FAR, Ticket
from tickets.search.analysis import Pattern, Term
from tickets.search.documents import Zone
from tickets.search.indexing import quoted
from tickets.search.language.sql import q_of
from tickets.search.language.tree import Either, Every, Node, Not, Phrase, Word
from tickets.search.looking import Look, Loose, Sought
from tickets.search.models import SearchDocument
from tickets.search.players import Known

RANKED = 1_000  # the newest tickets that are found: among these the best come first
MOST_COMPARED = 8  # words, where most of them are enough
FRESH = 120.0  # days after which a ticket counts half

_RANK = """
SELECT found.id, found.status, found.waiting, coalesce(ts_rank('{{0.1, 0.3, 0.5, 1}}', d.vector, %s::tsquery, 1), 0)
        / (1 + extract(epoch FROM (%s - found.created_at)) / 86400 / {fresh}),
    coalesce(d.vector @@ %s::tsquery, false) OR found.player_id = ANY (%s)
FROM ({found}) AS found LEFT JOIN search_searchdocument d ON d.ticket_id = found.id
"""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A ticket that was found. `waiting`: whether its player waits for an answer."""

    pk: int
    status: str
    waiting: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """The newest that were found, the best first. `more`: there are older ones, which were not compared."""

    rows: list[Ranked]
    more: bool


def condition(look: Look, reader: User) -> Q:
    """Under which a ticket is found. One EXISTS for all words that stand together: what is sought of one document its index joins."""
    asked = _Asked(look, reader)
    return q_of(look.tree, reader, texts=lambda node: Exists(SearchDocument.objects.filter(asked.texts(node), ticket=OuterRef("pk"))))  # type: ignore[arg-type,return-value]


def ranked(tickets: QuerySet[Ticket], look: Look, *, now: Any) -> Ranking:
    """Of these tickets the best. One query."""
    patterns = look.patterns
    wanted = " | ".join(_anywhere(pattern) for pattern in patterns) or "'|'"
    exact = " | ".join(_exactly(pattern) for pattern in patterns) or "'|'"
    named = sorted({pk for leaf in look.texts for pk in look.of(leaf).players.exact})
    newest = tickets.order_by("-pk").annotate(waiting=Q(waiting_key__lt=FAR))
    sql, said = newest.values("id", "status", "waiting", "created_at", "player_id")[: RANKED + 1].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_RANK.format(found=sql, fresh=FRESH), [wanted, now, exact, named, *said])
        found = cursor.fetchall()
    more = len(found) > RANKED
    if more:
        found.remove(min(found))
    found.sort(key=lambda row: (not row[4], -row[3], -row[0]))
    return Ranking([Ranked(*row[:3]) for row in found], more)


class _Asked:
    """The words of one search as conditions on documents."""

    def __init__(self, look: Look, reader: User) -> None:
        self._look, self._reader = look, reader
        seen = scope_for(reader, Right.VIEW)
        zones: dict[Scope, list[Zone]] = {}
        for zone in Zone:
            scope = scope_for(reader, zone.right)
            zones.setdefault(seen if scope.everything else scope, []).append(zone)
        self._zones = [(scope, several) for scope, several in zones.items() if not scope.nothing]
        self._everywhere = seen

    def texts(self, node: Node) -> Q:
        match node:
            case Not(part=part):
                return ~self.texts(part)
            case Either(parts=parts):
                return reduce(or_, map(self.texts, parts))
            case Every(parts=parts) if self._look.loose == Loose.MOST and len(self._patterns(parts)) > 2:
                return matches(" | ".join(f"({' & '.join(some)})" for some in _most(self._patterns(parts))))
            case Every(parts=parts):
                return reduce(and_, map(self.texts, parts))
            case Word() | Phrase():
                return self._leaf(self._look.of(node))
        raise TypeError(node)

    def _patterns(self, parts: Sequence[Node]) -> list[str]:
        """Of the words among these, as they stand in what everybody may read."""
        sought = [self._look.of(part).pattern for part in parts if isinstance(part, Word | Phrase)]
        return [f"({in_zone(pattern, Zone.TEXT)})" for pattern in sought if pattern]

    def _leaf(self, sought: Sought) -> Q:
        found = self._players(sought.players)
        if not sought.pattern:
            return found or Q(pk__in=[])
        for scope, zones in self._zones:
            there = matches(" | ".join(f"({in_zone(sought.pattern, zone)})" for zone in zones))
            found |= there if scope == self._everywhere else there & through_ticket(scope)
        return found

    def _players(self, known: Known) -> Q:
        by_name, by_address = scope_for(self._reader, Right.SEE_PLAYER), scope_for(self._reader, Right.SEE_PLAYER_CONTACT)
        found = Q(player_id__in=sorted(known.named)) & through_ticket(by_name) if known.named else Q()
        for game, players in known.accounts.items():
            found |= Q(game_id=game, player_id__in=sorted(players)) & through_ticket(by_name)
        return found | (Q(player_id__in=sorted(known.addressed)) & through_ticket(by_address)) if known.addressed else found


def matches(query: str) -> Q:
    """Documents in which this stands; `query` as PostgreSQL reads one."""
    return Q(Func(F("vector"), Value(query), template="%(expressions)s::tsquery", arg_joiner=" @@ ", output_field=BooleanField()))


def in_zone(pattern: Pattern, zone: Zone, weight: str = "") -> str:
    """A pattern as it stands in one zone, or in its texts of one weight."""
    begins = zone in {Zone.NUMBER, Zone.SENDERS}
    return " <-> ".join(_alternatives(term, zone, weight, prefix=term.prefix or begins) for term in pattern)


def _alternatives(term: Term, zone: Zone, weight: str = "", *, prefix: bool) -> str:
    mark = ("*" if prefix else "") + weight
    return "(" + " | ".join(quoted(zone + key) + (f":{mark}" if mark else "") for key in term.keys) + ")"


def _anywhere(pattern: Pattern) -> str:
    """For the rank, which adds up: each of its words in the texts."""
    return " | ".join(_alternatives(term, Zone.TEXT, prefix=term.prefix) for term in pattern) or "'|'"


def _exactly(pattern: Pattern) -> str:
    """What makes a ticket the one that was meant: its number, or the whole identifier."""
    keys = [zone + key for term in pattern for key in term.keys for zone in _identifying(term)]
    return " | ".join(map(quoted, keys)) or "'|'"


def _identifying(term: Term) -> tuple[Zone, ...]:
    return (Zone.TEXT, Zone.NUMBER, Zone.SENDERS) if term.prefix else (Zone.NUMBER,)


def _most(parts: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """All but one of these, or all but two where there are many. Of a long list the longest count: they say most."""
    kept = sorted(parts, key=len, reverse=True)[:MOST_COMPARED]
    return combinations(kept, len(kept) - (1 if len(kept) < 5 else 2))
