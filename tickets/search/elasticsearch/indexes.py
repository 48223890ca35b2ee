"""Indexes: made anew beside the one that is searched, while both get what changes; then the alias moves over, and the old one goes.

How far a new one has come its row says, so that it may stop at any moment. What is lost (a server without its data) is made again.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from elasticsearch import ApiError, BadRequestError, Elasticsearch
from elasticsearch.helpers import streaming_bulk

from helpdesk.base import clock
from helpdesk.base.batches import batched
from helpdesk.base.claims import hold_names
from helpdesk.base.text import one_line, reason_of
from helpdesk.base.turns import Turn
from tickets.search import analysis
from tickets.search.building import CHECKED, Difference, newest, older, some
from tickets.search.elasticsearch import documents, server
from tickets.search.elasticsearch.documents import MAPPING
from tickets.search.elasticsearch.marks import mark, revision
from tickets.search.indexing import AT_ONCE
from tickets.search.models import SearchIndex, SearchPush

log = structlog.get_logger(__name__)

SETTINGS = {"number_of_shards": 1, "auto_expand_replicas": "0-1", "refresh_interval": "1s"}
MOST_AT_ONCE = 10_000_000  # bytes of one request
BEING_MADE = timedelta(minutes=1)  # in which an index has its row and may not be there yet

Action = dict[str, Any]
Source = dict[str, Any]


def known() -> Any:
    """The rows of all its indexes."""
    return SearchIndex.objects.filter(engine=SearchIndex.Engine.ELASTICSEARCH)


def fitting() -> Any:
    """Those of them that this code can read: of its analysis and its documents."""
    return known().filter(name__startswith=_beginning())


def _beginning() -> str:
    return f"{alias()}-{analysis.VERSION}.{documents.VERSION}-"


def alias() -> str:
    """By which the one that is searched is called there."""
    return str(settings.ELASTICSEARCH_INDEX)


def begin(*, anew: bool = False) -> SearchIndex:
    """The index that is to be made, or as far as it is made. `anew`: another one, if none is being made. Raises Away."""
    with transaction.atomic():
        hold_names("elasticsearch index")
        rows = fitting().order_by("-pk")
        row: SearchIndex | None = rows.filter(finished_at=None).first() or (None if anew else rows.first())
        if row is None:
            row = SearchIndex.objects.create(
                engine=SearchIndex.Engine.ELASTICSEARCH,
                name=_beginning() + secrets.token_hex(4),
                analysis=analysis.VERSION,
                upto=newest() + 1,
            )
    if row.finished_at is None:
        with server.asked(server.WRITING) as client:
            if not client.indices.exists(index=row.name):
                _create(client, row.name)
    return row


def _create(client: Elasticsearch, name: str) -> None:
    try:
        client.indices.create(index=name, mappings=MAPPING, settings=SETTINGS)
    except BadRequestError as error:
        if error.error != "resource_already_exists_exception":  # somebody was first
            raise


def step(row: SearchIndex) -> bool:
    """The next tickets, the newest first; whether there may be more. Two may do the same: the server keeps what is newer. Raises Away."""
    ids = older(row.upto, AT_ONCE)
    if ids:
        version = revision()
        found, broken = documents.each_source(ids)
        failed = write(actions([row.name], dict.fromkeys(found, version), found))
        mark(broken.keys() | failed.keys())  # the follower tries them again, and says what is wrong
    else:
        _finish(row)
    reached = ids[-1] if ids else 0
    known().filter(pk=row.pk, upto__gte=reached).update(upto=reached)
    row.upto = reached
    return bool(ids)


def _finish(row: SearchIndex) -> None:
    """It is searched from now on; the others go."""
    with server.asked(server.WRITING) as client:
        client.indices.refresh(index=row.name)
        there = client.indices.get(index=f"{alias()}-*", expand_wildcards="open")
        others = [name for name in there if name != row.name and re.fullmatch(rf"{alias()}-\d+\.\d+-[0-9a-f]{{8}}", name)]
        moves: list[dict[str, Any]] = [{"add": {"index": row.name, "alias": alias()}}]
        client.indices.update_aliases(actions=[*moves, *({"remove_index": {"index": name}} for name in others)])
    with transaction.atomic():
        known().exclude(pk=row.pk).delete()
        known().filter(pk=row.pk).update(live=True, finished_at=clock.now())


def catch_up(*, seconds: float) -> int:
    """Make what is missing, go on with what is not finished; how many steps there were. A sweep."""
    if not server.chosen() or server.is_away():
        return 0
    turn, steps = Turn(seconds), 0
    try:
        forget_lost()
        row = begin()
        while row.finished_at is None and turn.lasts() and step(row):
            steps += 1
    except server.Away as error:
        log.warning("index_waits", reason=str(error))
    return steps


def forget_lost() -> None:
    """The rows of indexes that are not there any more. Raises Away."""
    rows = {row.name: row.pk for row in known().filter(started_at__lt=clock.now() - BEING_MADE)}
    with server.asked(server.WRITING) as client:
        lost = [pk for name, pk in rows.items() if not client.indices.exists(index=name)]
    known().filter(pk__in=lost).delete()


def actions(indexes: Iterable[str], versions: dict[int, int], found: dict[int, Source]) -> list[Action]:
    """What must be asked so that each index has these documents, or has them no more."""
    made: list[Action] = []
    for index in indexes:
        for pk, version in versions.items():
            what: Action = {"_op_type": "delete"} if pk not in found else {"_op_type": "index", "_source": found[pk]}
            made.append({"_index": index, "_id": str(pk), "version": version, "version_type": "external", **what})
    return made


def write(wanted: list[Action]) -> dict[int, str]:
    """Do that; by ticket why it could not be done. What is newer there stays. Raises Away."""
    failed: dict[int, str] = {}
    try:
        with server.asked(server.WRITING) as client:
            for status, pk, why in _refused(client, wanted):
                if status in server.SHUT:
                    raise server.Away(why)
                failed[pk] = why
    except ApiError as error:  # it takes none of them, as they are: half of them may do
        if len(wanted) == 1:
            return {int(wanted[0]["_id"]): reason_of(error)}
        half = len(wanted) // 2
        return write(wanted[:half]) | write(wanted[half:])
    return failed


def _refused(client: Elasticsearch, wanted: list[Action]) -> Iterator[tuple[int, int, str]]:
    """What it did not do: (status, ticket, why). Its words without the text that it could not read."""
    for well, answer in streaming_bulk(client, wanted, chunk_size=AT_ONCE, max_chunk_bytes=MOST_AT_ONCE, raise_on_error=False):
        ((what, told),) = answer.items()
        status = int(told.get("status", 0))
        if not well and status != 409 and not (what == "delete" and status == 404):
            error = told.get("error") or {}
            why = str(error.get("reason")).partition("Preview of")[0]
            yield status, int(told["_id"]), one_line(f"{error.get('type')}: {why}", 300)


def check(ids: list[int]) -> Iterator[Difference]:
    """Compare what is searched with what the tickets say now. Each that differs is brought again; what is on its way anyway is passed over.
    Raises Away."""
    on_their_way = set(SearchPush.objects.filter(ticket_id__in=ids).values_list("ticket_id", flat=True))
    asked = [pk for pk in ids if pk not in on_their_way]
    if not asked or not fitting().filter(live=True).exists():
        return
    right = documents.sources(asked)
    with server.asked(server.WRITING) as client:
        docs = client.mget(index=alias(), ids=[str(pk) for pk in asked])["docs"]
    there = {int(doc["_id"]): doc["_source"] for doc in docs if doc.get("found")}
    wrong = [Difference(pk, "not in Elasticsearch") for pk in right.keys() - there.keys()]
    wrong += [Difference(pk, "other words in Elasticsearch") for pk in right.keys() & there.keys() if right[pk] != there[pk]]
    wrong += [Difference(pk, "in Elasticsearch without a ticket") for pk in there.keys() - right.keys()]
    mark([one.ticket for one in wrong])
    yield from wrong


def check_some() -> int:
    """A look at a few thousand; how many were wrong. A sweep."""
    if not server.chosen() or server.is_away():
        return 0
    wrong = 0
    try:
        for ids in batched(some(CHECKED), AT_ONCE):
            for found in check(ids):
                wrong += 1
                log.warning("document_was_wrong", ticket=found.ticket, how=found.how)
    except server.Away as error:
        log.warning("check_waits", reason=str(error))
    return wrong
