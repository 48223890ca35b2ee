"""Brings to Elasticsearch what is marked: every index that is searched or made gets it. A nudge makes it fast, a sweep certain.

While the server is away the marks stay, one a ticket, however long. What it refuses of one ticket stops no other: it is tried some times
more, then parked with its reason.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db.models import F, QuerySet

from helpdesk.base import clock, parking
from helpdesk.base.claims import claim
from helpdesk.base.turns import Turn
from tickets.search.elasticsearch import documents, indexes, server
from tickets.search.models import SearchPush

log = structlog.get_logger(__name__)

BATCH, LEASE = 200, timedelta(minutes=2)
TRIES, PAUSE = 4, timedelta(seconds=20)


def follow(*, seconds: float) -> int:
    """Bring what is marked; how many marks were taken up. Also whoever finds that the server is there again."""
    if not server.chosen() or not server.service.may_try(server.NAME, "follower"):
        return 0
    taken, turn = 0, Turn(seconds)
    try:
        with server.asked(server.WRITING) as client:
            client.cluster.health(timeout="1s")
        server.service.back(server.NAME)
        while turn.lasts() and (pks := claim(due(clock.now()).order_by("pk"), limit=BATCH, lease=LEASE)):
            taken += len(pks)
            try:
                _bring(pks)
            except server.Away:
                SearchPush.objects.filter(pk__in=pks).update(claimed_until=None)
                raise
    except server.Away as error:
        log.warning("marks_wait", reason=str(error))
    return taken


def due(at: datetime) -> QuerySet[SearchPush]:
    """What waits to be brought at that moment."""
    return SearchPush.objects.filter(parked_at=None, due_at__lte=at)


def _bring(pks: list[int]) -> None:
    marks = {row.ticket_id: row.pk for row in SearchPush.objects.filter(pk__in=pks)}
    names = list(indexes.known().values_list("name", flat=True))
    found, broken = documents.each_source(marks.keys())
    whole = {ticket: pk for ticket, pk in marks.items() if ticket not in broken}
    failed = broken | indexes.write(indexes.actions(names, whole, found))
    SearchPush.objects.filter(pk__in=[pk for ticket, pk in marks.items() if ticket not in failed]).delete()
    for ticket, why in failed.items():
        _failed(marks[ticket], why)


def _failed(pk: int, why: str) -> None:
    now = clock.now()
    row = SearchPush.objects.filter(pk=pk)
    row.update(failures=F("failures") + 1, reason=why, claimed_until=None, due_at=now + PAUSE)
    if row.filter(failures__gte=TRIES).update(parked_at=now):
        parking.announce("search")
