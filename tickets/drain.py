"""Bringing events to their subscribers: in order per ticket and subscriber, each once.

A delivery is claimed by a committed UPDATE, then heard and deleted in one transaction. What fails blocks only its ticket for its
subscriber; it is tried again with growing pauses and then parked, where an administrator sees it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from math import inf
from typing import Any

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from helpdesk.base import clock
from helpdesk.base.queue import gathering
from helpdesk.base.sweeps import each_alone
from helpdesk.base.text import clean
from helpdesk.base.turns import Turn
from tickets.events import MAX_DEPTH, caused_by, subscription
from tickets.models import Delivery, Event, Lane
from tickets.parked import park_delivery

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 100
PAUSES = [timedelta(seconds=s) for s in (2, 10, 60, 300, 1800, 7200)]

# The delivery of the oldest event of each subscriber and ticket (or other subject), and none of a younger one while that stands: what is
# replayed has a younger delivery than what came after it.
# Materialized: a planner with poor statistics would run the locking part anew for each row that it may update.
_CLAIM = """
WITH heads AS MATERIALIZED (
    SELECT d.id FROM tickets_delivery d
    WHERE d.lane = %(lane)s AND d.parked_at IS NULL AND d.due_at <= %(now)s AND (d.claimed_until IS NULL OR d.claimed_until <= %(now)s)
      AND (%(game)s::bigint IS NULL OR (SELECT t.game_id FROM tickets_ticket t WHERE t.id = d.ticket_id) = %(game)s)
      AND NOT EXISTS (SELECT 1 FROM tickets_delivery o
                      WHERE o.subscriber = d.subscriber AND o.ticket_id = d.ticket_id AND o.event_id < d.event_id)
      AND (d.subject = '' OR NOT EXISTS (SELECT 1 FROM tickets_delivery o
                                         WHERE o.subscriber = d.subscriber AND o.subject = d.subject AND o.event_id < d.event_id))
    ORDER BY d.id LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED)
UPDATE tickets_delivery SET claimed_until = %(until)s, attempts = attempts + 1 FROM heads WHERE tickets_delivery.id = heads.id
RETURNING tickets_delivery.id
"""


class _Lost(Exception):
    """The claim lapsed and somebody else has brought this delivery meanwhile: our writes are taken back."""


class _Hopeless(Exception):
    """Trying again would not help."""


def drain(
    lane: Lane,
    *,
    most: int = 10_000,
    seconds: float = inf,
    game: int | None = None,
    around: Callable[[str], AbstractContextManager[Any]] = nullcontext,
) -> int:
    """Bring what is due in this lane until nothing is left, `most` were brought or the time is up; returns how many were heard.

    `game`: of its tickets alone, for who has a clock of its own. Each subscriber is heard within `around` its name, for who measures.
    """
    heard, turn = 0, Turn(seconds)
    with gathering() if lane == Lane.BULK else nullcontext():  # nobody waits for what follows in bulk, and once is enough
        while heard < most and turn.lasts():
            until = clock.now() + LEASE
            taken = _claim(lane, until, game)
            if not taken:
                break
            for delivery in _loaded(taken, until):
                with around(delivery.subscriber):
                    heard += _bring(delivery, until)
    return heard


def _loaded(taken: list[int], until: datetime) -> list[Delivery]:
    """What was claimed, in order: by one query, or where one row of them cannot be read each by its own, and that one parked."""
    ours = Delivery.objects.select_related("event").filter(claimed_until=until)
    try:
        found = list(ours.filter(pk__in=taken).order_by("pk"))
        for pk in set(taken) - {delivery.pk for delivery in found}:
            _without_an_event(pk, until)
        return found
    except Exception:
        log.exception("deliveries_fall_apart", deliveries=len(taken))
        readable: list[Delivery] = []
        each_alone(sorted(taken), lambda pk: readable.extend(ours.filter(pk=pk)), park=park_delivery)
        return readable


def _without_an_event(pk: int, until: datetime) -> None:
    """What was claimed and is not there was brought by somebody else meanwhile, or its event is gone: then nobody can bring it."""
    if Delivery.objects.filter(pk=pk, claimed_until=until).exists():
        park_delivery(pk, "Its event is gone.")


def _claim(lane: Lane, until: datetime, game: int | None = None) -> list[int]:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"until": until, "lane": lane.value, "now": clock.now(), "game": game, "limit": BATCH})
        return [row[0] for row in cursor.fetchall()]


def _bring(delivery: Delivery, until: datetime) -> bool:
    try:
        if delivery.attempts > len(PAUSES) + 1:
            raise _Hopeless("Each worker that took this delivery was gone before it could tell why.")
        with transaction.atomic():
            _hear(delivery)
            if not Delivery.objects.filter(pk=delivery.pk, claimed_until=until).delete()[0]:
                raise _Lost
    except _Lost:
        return False
    except Exception as error:
        _failed(delivery, error)
        if isinstance(error, SoftTimeLimitExceeded):
            raise
        return False
    return True


def _hear(delivery: Delivery) -> None:
    event: Event = delivery.event
    listener = subscription(delivery.subscriber)
    if listener is None:
        raise _Hopeless(f"No subscriber is called {delivery.subscriber}.")
    if event.depth > MAX_DEPTH:
        raise _Hopeless(f"This chain of automation is {event.depth} events long; it began with event {event.root}.")
    if listener.when(event):
        with caused_by(event):
            listener.handler(event)


def _failed(delivery: Delivery, error: Exception) -> None:
    """The next try, or the parking place. Counted at the claim, so that one that kills its worker is counted too."""
    words = str(error) if isinstance(error, _Hopeless) else clean(f"{type(error).__name__}: {error}")[:2000]
    log.warning("delivery_failed", delivery=delivery.pk, subscriber=delivery.subscriber, about=delivery.event_id, error=words)
    if delivery.attempts > len(PAUSES) or isinstance(error, _Hopeless):
        park_delivery(delivery.pk, words)
    else:
        Delivery.objects.filter(pk=delivery.pk).update(due_at=clock.now() + PAUSES[delivery.attempts - 1], claimed_until=None, error=words)


def unpark(pks: list[int]) -> int:
    """Try parked deliveries once more from the beginning; returns how many there were."""
    return Delivery.objects.filter(pk__in=pks, parked_at__isnull=False).update(
        parked_at=None, attempts=0, due_at=clock.now(), claimed_until=None, error=""
    )


def drop(pk: int) -> bool:
    """Give a parked delivery up, so that the younger ones behind it go on."""
    return Delivery.objects.filter(pk=pk, parked_at__isnull=False).delete()[0] == 1
