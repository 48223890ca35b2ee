"""A search in the words of Elasticsearch. What cannot be said there is Unsaid: then PostgreSQL answers.

What is turned round is turned round leaf by leaf, as in `language/sql.py`, whose twin this is: a condition whose field takes a right holds
only where the reader has it, its reverse too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from helpdesk.base import clock
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, scope_for
from tickets.filters import Condition, Operator
from tickets.filters.fields import Values
from tickets.filters.of_tickets import PRIORITIES
from tickets.search.analysis import Pattern, Term, pattern
from tickets.search.documents import Zone
from tickets.search.elasticsearch.documents import joined, stored
from tickets.search.elasticsearch.server import NoAnswer
from tickets.search.language.tree import Asked, Case, Either, Every, Node, Not, Phrase, Word
from tickets.search.looking import MOST_COMPARED, Look, Loose, Sought, left_out
from tickets.search.players import Known

Query = dict[str, Any]
Says = Callable[[Operator, Values], Query]

MOST_BEGINNINGS = 1_000  # words with one beginning, inside a phrase
EVERYTHING: Query = {"match_all": {}}
NOTHING: Query = {"match_none": {}}
ZONES: dict[Zone, tuple[str, ...]] = {
    Zone.TEXT: ("subject", "text"),
    Zone.NUMBER: ("number",),
    Zone.NOTES: ("notes",),
    Zone.FILES: ("files",),
    Zone.SENDERS: ("senders",),
}


class Unsaid(NoAnswer):
    """Something is asked that stands in no document there."""


def every(parts: Iterable[Query]) -> Query:
    """All of these."""
    several = [part for part in parts if part != EVERYTHING]
    return several[0] if len(several) == 1 else {"bool": {"filter": several}} if several else EVERYTHING


def any_of(parts: Iterable[Query], *, least: int = 1) -> Query:
    """At least so many of these."""
    several = [part for part in parts if part != NOTHING]
    if len(several) < least:
        return NOTHING
    return several[0] if len(several) == 1 else {"bool": {"should": several, "minimum_should_match": least}}


def none_of(part: Query) -> Query:
    """Whatever is not like this."""
    return {"bool": {"must_not": [part]}}


def scoped(reader: User, right: Right) -> Query:
    """Where the reader holds the right."""
    return scope_for(reader, right).es(topic="topic_id")


def column(name: str) -> Says:
    """The conditions on a column."""

    def said(operator: Operator, values: Values) -> Query:
        if operator in {Operator.AT_LEAST, Operator.BELOW}:
            return {"range": {name: {"gte" if operator == Operator.AT_LEAST else "lt": stored(values[0])}}}
        some = [stored(value) for value in values if value is not None]
        found = [{"terms": {name: some}}] if some else []
        return any_of([*found, none_of(exists(name))] if None in values else found)

    return said


def exists(name: str) -> Query:
    """Something stands in it."""
    return {"exists": {"field": name}}


def yes_no(there: Callable[[], Query]) -> Says:
    """The condition that something is so, or is not, or either."""

    def said(_operator: Operator, values: Values) -> Query:
        return EVERYTHING if {True, False} <= set(values) else there() if values[0] else none_of(there())

    return said


def _with(operator: Operator, values: Values) -> Query:
    """Who has closed an account works on nothing."""
    found = column("assignee_id")(operator, values)
    if None not in values:
        return found
    return any_of([found, {"terms": {"assignee_id": list(User.objects.filter(is_active=False).values_list("pk", flat=True))}}])


def _numbered(_operator: Operator, values: Values) -> Query:
    return {"terms": {"number": [str(value).strip().lower() for value in values]}}


def _topic_by(_operator: Operator, values: Values) -> Query:
    some, machine = exists("topic_id"), {"term": {"topic_by_machine": True}}
    said = {None: none_of(some), "person": every([some, none_of(machine)]), "machine": every([some, machine])}
    return any_of(said[value] for value in values)


def _overdue() -> Query:
    now = stored(clock.now())
    return any_of({"range": {name: {"lte": now}}} for name in ("pending_until", "promised_until"))


def _words(*fields: str) -> Says:
    return lambda _operator, values: in_fields(pattern(values[0]), fields)


SAID: dict[str, Says] = {  # field: how it is said; what does not stand here PostgreSQL answers
    "game": column("game_id"),
    "language": column("language"),
    "assignee": _with,
    "team": column("team_id"),
    "topic": column("topic_id"),
    "status": column("status"),
    "priority": lambda operator, values: column("priority")(operator, tuple(PRIORITIES[value].value for value in values)),
    "waits": yes_no(lambda: exists("waiting_since")),
    "tag": column("tags"),
    "channel": column("channel"),
    "created": column("created_at"),
    "waiting_since": column("waiting_since"),
    "resolved": column("resolved_at"),
    "pending_department": column("pending_department_id"),
    "pending_until": column("pending_until"),
    "follow_up": yes_no(lambda: exists("follows_id")),
    "started_by": column("started_by"),
    "topic_by": _topic_by,
    "player": column("player_id"),
    "number": _numbered,
    "changed": column("changed_at"),
    "first_reply": column("first_reply_at"),
    "last_player_message": column("last_player_message_at"),
    "hold_reason": column("hold_reason_id"),
    "overdue": yes_no(_overdue),
    "promised_until": column("promised_until"),
    "subject": _words("subject"),
    "text": _words("subject", "text"),
}


def condition(asked: Condition, reader: User) -> Query:
    """One condition; only tickets on which the reader has the field's right meet it. Raises Unsaid."""
    if (says := SAID.get(asked.field.name)) is None:
        raise Unsaid(asked.field.name)
    reverse = asked.operator == Operator.IS_NOT
    found = says(Operator.IS if reverse else asked.operator, asked.values)
    return every([none_of(found) if reverse else found, _allowed(asked, reader)])


def _allowed(asked: Condition, reader: User) -> Query:
    return EVERYTHING if asked.field.right == Right.VIEW else scoped(reader, asked.field.right)


def in_fields(looked_for: Pattern, fields: Iterable[str]) -> Query:
    """Where this stands in one of these fields, in one text."""
    if not looked_for:
        return NOTHING
    return any_of(_in_field(looked_for, name) for name in fields)


def _in_field(looked_for: Pattern, name: str) -> Query:
    if name in {"number", "senders"}:  # words of their own, found by their beginnings
        keys = looked_for[0].keys if len(looked_for) == 1 else ()
        return any_of({"prefix": {name: key}} for key in keys)
    if len(looked_for) == 1:
        return _term(looked_for[0], name)
    return {"span_near": {"clauses": [_span(term, name) for term in looked_for], "slop": 0, "in_order": True}}


def _term(term: Term, name: str) -> Query:
    if term.prefix:
        return any_of({"prefix": {name: joined(key)}} for key in term.keys)
    return {"terms": {name: [joined(key) for key in term.keys]}}


def _span(term: Term, name: str) -> Query:
    if term.prefix:
        few = {"rewrite": f"top_terms_{MOST_BEGINNINGS}"}
        spans: list[Query] = [{"span_multi": {"match": {"prefix": {name: {"value": joined(key), **few}}}}} for key in term.keys]
    else:
        spans = [{"span_term": {name: joined(key)}} for key in term.keys]
    return spans[0] if len(spans) == 1 else {"span_or": {"clauses": spans}}


class Conditions:
    """What a look asks for, as one reader may ask it."""

    def __init__(self, look: Look, reader: User) -> None:
        self._look, self._reader = look, reader

    @cached_property
    def query(self) -> Query:
        """Under which a ticket is found. Raises Unsaid."""
        return self._found(self._look.tree, reverse=False)

    @property
    def named(self) -> Query:
        """The tickets of players who are called just so."""
        exact = {pk for leaf in self._look.texts for pk in self._look.of(leaf).players.exact}
        return _players(exact) if exact else NOTHING

    def _found(self, node: Node, *, reverse: bool) -> Query:
        match node:
            case Not(part=part):
                return self._found(part, reverse=not reverse)
            case Every(parts=parts) if self._look.loose == Loose.MOST and not reverse and left_out(len(self._texts(parts))):
                rest = (self._found(part, reverse=False) for part in parts if not isinstance(part, Word | Phrase))
                return every([self._most(self._texts(parts)), *rest])
            case Every(parts=parts) | Either(parts=parts):
                found = [self._found(part, reverse=reverse) for part in parts]
                return any_of(found) if found and isinstance(node, Either) != reverse else every(found)
            case Asked(cases=cases):
                found = [self._case(case, reverse=reverse) for case in cases]
                return every(found) if reverse else any_of(found)
            case Word() | Phrase():
                leaf = self._leaf(self._look.of(node))
                return none_of(leaf) if reverse else leaf
        raise TypeError(node)

    def _case(self, case: Case, *, reverse: bool) -> Query:
        found = every(condition(each, self._reader) for each in case.conditions)
        return every([none_of(found), _allowed(case.conditions[0], self._reader)]) if case.reverse != reverse else found

    def _texts(self, parts: Sequence[Node]) -> list[Sought]:
        return [self._look.of(part) for part in parts if isinstance(part, Word | Phrase)]

    def _most(self, words: list[Sought]) -> Query:
        """All but one of these, or all but two where there are many."""
        kept = sorted(words, key=lambda each: sum(len(key) for term in each.pattern for key in term.keys), reverse=True)[:MOST_COMPARED]
        return any_of(map(self._written, kept), least=len(kept) - left_out(len(kept)))

    def _written(self, sought: Sought) -> Query:
        """Where it stands in what the reader may read wherever the ticket is."""
        scopes = {zone: scope_for(self._reader, zone.right) for zone in Zone}
        open_zones = [zone for zone, scope in scopes.items() if scope.everything or scope == scopes[Zone.TEXT]]
        return any_of(in_fields(sought.in_zone(zone), ZONES[zone]) for zone in open_zones)

    def _leaf(self, sought: Sought) -> Query:
        if self._look.loose == Loose.MOST:
            return self._written(sought)
        there = [self.seen(in_fields(sought.in_zone(zone), ZONES[zone]), zone.right) for zone in Zone]
        return any_of([*there, *self._players(sought.players)])

    def _players(self, known: Known) -> Iterable[Query]:
        if known.named:
            yield self.seen(_players(known.named), Right.SEE_PLAYER)
        for game, players in known.accounts.items():
            yield self.seen(every([{"term": {"game_id": game}}, _players(players)]), Right.SEE_PLAYER)
        if known.addressed:
            yield self.seen(_players(known.addressed), Right.SEE_PLAYER_CONTACT)

    def seen(self, found: Query, right: Right) -> Query:
        """Only where the reader has the right; seeing is asked of the whole anyway."""
        scope = scope_for(self._reader, right)
        if right == Right.VIEW or scope.everything or found == NOTHING:
            return found
        return NOTHING if scope.nothing else every([found, scoped(self._reader, right)])


def _players(ids: Iterable[int]) -> Query:
    return {"terms": {"player_id": sorted(ids)}}
