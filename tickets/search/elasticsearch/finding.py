"""Asking Elasticsearch for a page: ids in their order, and how many there are on each tab, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog
from elasticsearch import ApiError

from helpdesk.base import clock
from helpdesk.base.paging import decode, encode
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tickets.models import Status
from tickets.search.analysis import Term
from tickets.search.documents import Zone
from tickets.search.elasticsearch import indexes, server
from tickets.search.elasticsearch.conditions import (
    EVERYTHING,
    NOTHING,
    ZONES,
    Conditions,
    Query,
    Unsaid,
    any_of,
    every,
    exists,
    scoped,
)
from tickets.search.elasticsearch.documents import joined, moment, stored
from tickets.search.elasticsearch.server import NoAnswer
from tickets.search.looking import Look, Sought

log = structlog.get_logger(__name__)

DEEPEST = 10_000  # what the server counts off from the best; nobody looks that far
IN_ITSELF = "1s"  # after which the server answers with what it has, which is not enough
EXACT = 1_000.0  # above every score
HALF = 120 * 86_400 * 1_000_000  # microseconds after which a ticket counts little more than half
OLD = 0.2  # what the oldest count
WEIGHTS = {"subject": 3.0, "text": 1.0}
SORTED_BY = {  # of the orders of fields those by what each document has
    "created": "created_at",
    "changed": "changed_at",
    "waiting_since": "waiting_key",
    "due": "due_key",
}


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked, without the tab; `status` and `waiting` are the tab's: that alone, those whose player waits alone."""

    look: Look
    reader: User
    status: str = ""
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Ids in their order. `counts`: how many there are of each status, and whose player waits, whatever the tab. `earlier` and `later`:
    cursors of a column's order, or empty."""

    ids: list[int]
    counts: dict[str, int]
    waiting: int
    earlier: str = ""
    later: str = ""


class Standing(StrEnum):
    """Whether it may be asked, or why not."""

    READY = "ready"
    UNUSED = "unused"  # PostgreSQL is who searches
    AWAY = "away"
    UNMADE = "unmade"  # its first index, or its first of this release, is being made


def standing() -> Standing:
    """Of Elasticsearch, as far as anybody knows. Two small queries where it is used at all."""
    if not server.chosen():
        return Standing.UNUSED
    if server.is_away():
        return Standing.AWAY
    return Standing.READY if indexes.fitting().filter(live=True).exists() else Standing.UNMADE


def best(search: Search, start: int, size: int) -> Found:
    """From the `start`th best on. Raises NoAnswer."""
    if start + size > DEEPEST:
        raise NoAnswer("That is deeper than it counts.")
    order: list[Query] = [{"_score": "desc"}, {"id": "desc"}]
    answer = _answer(search, {"sort": order, "from": start, "size": size}, ranked=True)
    return Found([int(hit["_id"]) for hit in answer["hits"]["hits"]], *_counts(answer))


def in_order(search: Search, field: str, *, descending: bool, cursor: str, size: int) -> Found:
    """A page in the order of a field, then id; the cursors are those of `helpdesk.base.paging`. Raises NoAnswer."""
    if field not in SORTED_BY:
        raise Unsaid(f"It is not sorted by {field}.")
    key = SORTED_BY[field]
    start = decode(cursor) if cursor else None
    if start and not isinstance(start[0], datetime):
        start = None  # a cursor of another list
    back = bool(start and start[2])
    way = "desc" if descending != back else "asc"
    asked: dict[str, Any] = {"sort": [{key: way}, {"id": way}], "size": size + 1}
    if start:
        asked["search_after"] = [stored(start[0]), start[1]]
    answer = _answer(search, asked, ranked=False)
    rows = [(moment(value), pk) for value, pk in (hit["sort"] for hit in answer["hits"]["hits"])]
    more, rows = len(rows) > size, rows[:size]
    if back:
        rows.reverse()
    earlier = encode(*rows[0], True) if rows and (more if back else start is not None) else ""
    later = encode(*rows[-1], False) if rows and (back or more) else ""
    return Found([pk for _value, pk in rows], *_counts(answer), earlier, later)


def _answer(search: Search, asked: dict[str, Any], *, ranked: bool) -> dict[str, Any]:
    conditions = Conditions(search.look, search.reader)
    found = every([{"term": {"merged": False}}, scoped(search.reader, Right.VIEW), conditions.query])
    query = {"bool": {"filter": [found], "should": _worth(search.look, conditions)}} if ranked else found
    tab = every(
        [{"term": {"status": search.status}} if search.status else EVERYTHING, exists("waiting_since") if search.waiting else EVERYTHING]
    )
    counts = {"status": {"terms": {"field": "status", "size": len(Status)}}, "waiting": {"filter": exists("waiting_since")}}
    try:
        with server.asked(server.SEARCHING) as client:
            answer = client.search(
                index=indexes.alias(),
                query=query,
                post_filter=tab,
                aggs=counts,
                source=False,
                track_total_hits=False,
                timeout=IN_ITSELF,
                **asked,
            )
    except ApiError as error:  # it will not have it like this; what it says may repeat what was typed
        log.warning("elasticsearch_refused", status=error.status_code, error=error.error)
        raise NoAnswer(error.error) from error
    if answer["timed_out"] or answer["_shards"]["failed"]:
        raise NoAnswer("It has not looked at everything.")
    return dict(answer)


def _counts(answer: dict[str, Any]) -> tuple[dict[str, int], int]:
    there = {each["key"]: each["doc_count"] for each in answer["aggregations"]["status"]["buckets"]}
    return {status: there.get(status, 0) for status in Status.values}, answer["aggregations"]["waiting"]["doc_count"]


def _worth(look: Look, conditions: Conditions) -> list[Query]:
    """What was meant comes first; then the words count, in a subject more, and less the older the ticket is."""
    exact = [*(each for leaf in look.texts for each in _exactly(look.of(leaf), conditions)), conditions.named]
    words = [_said(term) for pattern in look.patterns for term in pattern]
    fresh = {"exp": {"created_at": {"origin": stored(clock.now()), "scale": HALF, "decay": 0.5}}, "weight": 1 - OLD}
    return [
        {"constant_score": {"filter": any_of(exact), "boost": EXACT}},
        {
            "function_score": {
                "query": {"bool": {"should": words}} if words else NOTHING,
                "functions": [fresh, {"weight": OLD}],
                "score_mode": "sum",
                "boost_mode": "multiply",
            }
        },
    ]


def _exactly(sought: Sought, conditions: Conditions) -> Iterator[Query]:
    """The ticket's number, the address that wrote, or a whole identifier."""
    whole = joined(sought.whole)
    yield {"term": {"number": joined(sought.number)}}
    yield conditions.seen({"term": {"senders": whole}}, Zone.SENDERS.right)
    keys = [joined(key) for term in sought.pattern if term.prefix for key in term.keys]
    yield from ({"terms": {name: keys}} for name in ZONES[Zone.TEXT] if keys)


def _said(term: Term) -> Query:
    """A word by its weight, or a beginning by its presence."""
    how = "prefix" if term.prefix else "term"
    alike = [{how: {name: {"value": joined(key), "boost": boost}}} for name, boost in WEIGHTS.items() for key in term.keys]
    return {"dis_max": {"queries": alike}}
