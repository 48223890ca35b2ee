"""PostgreSQL's own engine: a condition on tickets over the vectors of `SearchDocument`, and an order by how well they fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from math import log, prod
from operator import and_, or_
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, Scope, scope_for
from tickets.access import through_ticket
from tickets.models import FAR, Ticket
from tickets.search.analysis import Pattern, Term
from tickets.search.documents import Zone
from tickets.search.frequencies import share
from tickets.search.indexing import quoted
from tickets.search.language.sql import q_of
from tickets.search.language.tree import Either, Every, Node, Not, Phrase, Word
from tickets.search.looking import MOST_COMPARED, Look, Loose, Sought, left_out
from tickets.search.models import SearchDocument
from tickets.search.players import Known

RANKED = 1_000  # the newest tickets that are found: among these the best come first
COMMON = 0.02  # of the documents
NOWHERE = "'|'"  # no key is like that
FRESH = 120.0  # days after which a ticket counts half
RAREST = 0.0005  # of the documents: a word that stands in fewer says no more

_RANK = """
SELECT found.id, found.status, found.waiting, coalesce(ts_rank('{{0.1, 0.3, 0.5, 1}}', d.vector, %s::tsquery, 1), 0)
        / (1 + extract(epoch FROM (%s - found.created_at)) / 86400 / {fresh}),
    coalesce(d.vector @@ %s::tsquery, false) OR found.player_id = ANY (%s), {most}
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
    """Under which a ticket is found. All words that stand together are one question to one document, so that its index joins them.

    What is common is asked ticket by ticket, from whatever end the list begins; what is rare is found by the index, and then its tickets.
    """
    asked = _Asked(look, reader)

    def texts(node: Node) -> Q:
        there = SearchDocument.objects.filter(asked.texts(node))
        if _share(look, node) >= COMMON:
            return Q(Exists(there.filter(ticket=OuterRef("pk"))))
        return Q(_Among(F("pk"), _Ids(there.values("ticket"))))

    return q_of(look.tree, reader, texts=texts)


def is_common(look: Look) -> bool:
    """Whether so many documents have this that looking at one after the other finds some soon."""
    return _share(look, look.tree) >= COMMON


def _share(look: Look, node: Node) -> float:
    """Of the documents, as if words had nothing to do with each other."""
    match node:
        case Not(part=part):
            return 1 - _share(look, part)
        case Every(parts=parts):
            return prod(_share(look, part) for part in parts)
        case Either(parts=parts):
            return min(1.0, sum(_share(look, part) for part in parts))
        case Word() | Phrase():
            return prod(map(share, pattern)) if (pattern := look.of(node).pattern) else 0.0
    return 1.0


def ranked(tickets: QuerySet[Ticket], look: Look, *, now: Any) -> Ranking:
    """Of these tickets the best. One query."""
    patterns = look.patterns
    wanted = " | ".join(_anywhere(pattern) for pattern in patterns) or NOWHERE
    exact = " | ".join(_exactly(look.of(leaf)) for leaf in look.texts) or NOWHERE
    named = sorted({pk for leaf in look.texts for pk in look.of(leaf).players.exact})
    most, weights = _weighed(look)
    newest = tickets.order_by("-pk").annotate(waiting=Q(waiting_key__lt=FAR))
    sql, said = newest.values("id", "status", "waiting", "created_at", "player_id")[: RANKED + 1].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_RANK.format(found=sql, fresh=FRESH, most=most), [wanted, now, exact, named, *weights, *said])
        found = cursor.fetchall()
    more = len(found) > RANKED
    if more:
        found.remove(min(found))
    found.sort(key=lambda row: (not row[4], -row[5], -row[3], -row[0]))
    return Ranking([Ranked(*row[:3]) for row in found], more)


def _weighed(look: Look) -> tuple[str, list[Any]]:
    """Where most of the words are enough: how much those say that stand in the ticket, as SQL with its values. What is rare says more."""
    if look.loose != Loose.MOST:
        return "0", []
    rare = [(min((share(term) for term in pattern), default=1.0), in_zone(pattern, Zone.TEXT) or NOWHERE) for pattern in look.patterns]
    kept = sorted(rare)[:MOST_COMPARED]
    said = " + ".join(["coalesce((d.vector @@ %s::tsquery)::int, 0) * %s"] * len(kept)) or "0"
    return said, [value for often, query in kept for value in (query, -log(max(often, RAREST)))]


class _Ids(ArraySubquery):
    """The ids that a query finds, found before anything else. The planner guesses at ten, where of a word that it does not know it would
    guess at one document in two hundred, and rather look through all tickets."""

    template = "(ARRAY(%(subquery)s))"


class _Among(Func):
    """Whether an id is one of them."""

    template, arg_joiner = "(%(expressions)s)", " = ANY "
    output_field = BooleanField()


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
        """The documents that have what a piece of the tree asks for: by one question to the vector, if one can be asked."""
        if said := self._said(node):
            return matches(said)
        match node:
            case Not(part=part):
                return ~self.texts(part)
            case Either(parts=parts):
                return reduce(or_, map(self.texts, parts))
            case Every(parts=parts):
                return reduce(and_, map(self.texts, parts))
            case Word() | Phrase():
                return self._leaf(self._look.of(node))
        raise TypeError(node)

    def _said(self, node: Node) -> str:
        """The question to the vector; empty where a word names players too, or zones are open in other places than the ticket itself. Where
        most of the words are enough, only what is written is looked at."""
        match node:
            case Word() | Phrase():
                sought = self._look.of(node)
                alone = not sought.players and len(self._zones) == 1
                return self._anywhere(sought) if alone or self._look.loose == Loose.MOST else ""
            case Not(part=part):
                return f"!({said})" if (said := self._said(part)) else ""
            case Every(parts=parts) | Either(parts=parts):
                every = [self._said(part) for part in parts]
                return f"({(' & ' if isinstance(node, Every) else ' | ').join(self._most(parts, every))})" if all(every) else ""
        return ""

    def _most(self, parts: Sequence[Node], said: list[str]) -> list[str]:
        """Where most of the words are enough: all but one of them, or all but two where there are many. Of a long list the longest count,
        as they say most. What is no word stays as it is."""
        words = [one for one, part in zip(said, parts, strict=True) if isinstance(part, Word | Phrase)]
        if self._look.loose != Loose.MOST or not left_out(len(words)):
            return said
        kept = sorted(words, key=len, reverse=True)[:MOST_COMPARED]
        ways = (" & ".join(some) for some in combinations(kept, len(kept) - left_out(len(kept))))
        return [*(one for one in said if one not in words), f"({' | '.join(f'({way})' for way in ways)})"]

    def _anywhere(self, sought: Sought) -> str:
        """A word in any of the zones that are open wherever the ticket is."""
        return _in_any(sought, next((zones for scope, zones in self._zones if scope == self._everywhere), []))

    def _leaf(self, sought: Sought) -> Q:
        found = self._players(sought.players)
        for scope, zones in self._zones:
            there = matches(_in_any(sought, zones))
            found |= there if scope == self._everywhere else there & through_ticket(scope)
        return found or Q(pk__in=[])

    def _players(self, known: Known) -> Q:
        by_name, by_address = scope_for(self._reader, Right.SEE_PLAYER), scope_for(self._reader, Right.SEE_PLAYER_CONTACT)
        found = Q(player_id__in=sorted(known.named)) & through_ticket(by_name) if known.named else Q()
        for game, players in known.accounts.items():
            found |= Q(game_id=game, player_id__in=sorted(players)) & through_ticket(by_name)
        return found | (Q(player_id__in=sorted(known.addressed)) & through_ticket(by_address)) if known.addressed else found


def matches(query: str) -> Q:
    """Documents in which this stands; `query` as PostgreSQL reads one."""
    return Q(Func(F("vector"), Value(query), template="%(expressions)s::tsquery", arg_joiner=" @@ ", output_field=BooleanField()))


def _in_any(sought: Sought, zones: Iterable[Zone]) -> str:
    said = [in_zone(pattern, zone) for zone in zones if (pattern := sought.in_zone(zone))]
    return f"({' | '.join(f'({one})' for one in said)})" if said else NOWHERE


def in_zone(pattern: Pattern, zone: Zone, weight: str = "") -> str:
    """A pattern as it stands in one zone, or in its texts of one weight."""
    return " <-> ".join(_alternatives(term, zone, weight) for term in pattern)


def _alternatives(term: Term, zone: Zone, weight: str = "") -> str:
    mark = ("*" if term.prefix else "") + weight
    return "(" + " | ".join(quoted(zone + key) + (f":{mark}" if mark else "") for key in term.keys) + ")"


def _anywhere(pattern: Pattern) -> str:
    """For the rank, which adds up: each of its words in the texts."""
    return " | ".join(_alternatives(term, Zone.TEXT) for term in pattern) or NOWHERE


def _exactly(sought: Sought) -> str:
    """What makes a ticket the one that was meant: its number, the address that wrote, or a whole identifier."""
    keys = [Zone.TEXT + key for term in sought.pattern if term.prefix for key in term.keys]
    return " | ".join(map(quoted, [Zone.NUMBER + sought.number, Zone.SENDERS + sought.whole, *keys]))
