"""Bringing events to their subscribers: in order per ticket and subscriber, each once.

A delivery is claimed by a committed UPDATE, then heard and deleted in one transaction, alone or with others of a subscriber who takes many.
What fails blocks only its ticket for its subscriber; it is tried again with growing pauses and then parked, where an administrator sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from math import inf
from typing import Any

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.db.models import F

from helpdesk.base import clock, outward
from helpdesk.base.claims import hold_names
from helpdesk.base.queue import gathering
from helpdesk.base.sweeps import each_alone
from helpdesk.base.text import clean, reason_of
from helpdesk.base.turns import Turn
from tickets.events import MAX_DEPTH, caused_by, subscribers, subscription
from tickets.models import Delivery, Lane
from tickets.parked import park_delivery

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
HEADS, BATCH = 100, 500  # claimed at once: single ones, and those of a subscriber who takes many
ORPHANED = timedelta(days=1)
Around = Callable[[str], AbstractContextManager[Any]]
PAUSES = [timedelta(seconds=s) for s in (2, 10, 60, 300, 1800, 7200)]

_DUE = """
d.lane = %(lane)s AND d.parked_at IS NULL AND d.due_at <= %(now)s AND (d.claimed_until IS NULL OR d.claimed_until <= %(now)s)
      AND d.subscriber = ANY (%(names)s)
      AND (%(game)s::bigint IS NULL OR (SELECT t.game_id FROM tickets_ticket t WHERE t.id = d.ticket_id) = %(game)s)
"""
_OLDER = """
SELECT 1 FROM tickets_delivery o WHERE o.subscriber = d.subscriber AND o.ticket_id = d.ticket_id AND o.event_id < d.event_id
"""
_OLDER_ABOUT = """
SELECT 1 FROM tickets_delivery o WHERE o.subscriber = d.subscriber AND o.subject = d.subject AND o.event_id < d.event_id
"""
_STANDS_STILL = "AND (o.lane <> d.lane OR o.parked_at IS NOT NULL OR o.due_at > %(now)s OR o.claimed_until > %(now)s)"
_TAKE = """
UPDATE tickets_delivery SET claimed_until = %(until)s, attempts = attempts + 1 FROM taken WHERE tickets_delivery.id = taken.id
RETURNING tickets_delivery.id
"""

# The delivery of the oldest event of each subscriber and ticket (or other subject), and none of a younger one while that stands: what is
# replayed has a younger delivery than what came after it.
# Materialized: a planner with poor statistics would run the locking part anew for each row that it may update.
_CLAIM_HEADS = f"""
WITH taken AS MATERIALIZED (
    SELECT d.id FROM tickets_delivery d
    WHERE {_DUE} AND NOT EXISTS ({_OLDER}) AND (d.subject = '' OR NOT EXISTS ({_OLDER_ABOUT}))
    ORDER BY d.id LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED)
{_TAKE}
"""  # noqa: S608 - our own words

# Of each ticket all up to the first that is parked, waits for its next try or is in another worker's hands.
_CLAIM_RUNS = f"""
WITH taken AS MATERIALIZED (
    SELECT d.id FROM tickets_delivery d
    WHERE {_DUE} AND NOT EXISTS ({_OLDER} {_STANDS_STILL}) AND (d.subject = '' OR NOT EXISTS ({_OLDER_ABOUT} {_STANDS_STILL}))
    ORDER BY d.event_id LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED)
{_TAKE}
"""  # noqa: S608 - our own words


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
    around: Around = nullcontext,
) -> int:
    """Bring what is due in this lane until nothing is left, `most` were brought or the time is up; returns how many were heard.

    Only what subscribers of this process wait for: during a deploy the others' belongs to the processes that know them. `game`: of its
    tickets alone, for who has a clock of its own. Each subscriber is heard within `around` its name, for who measures.
    """
    heard, turn = 0, Turn(seconds)
    ears = [ear for ear in subscribers() if not (ear.outward and outward.standing_lately() != outward.Standing.ON)]
    singles, batches = [ear.name for ear in ears if not ear.batches], [ear for ear in ears if ear.batches]
    with gathering() if lane == Lane.BULK else nullcontext():  # nobody waits for what follows in bulk, and once is enough
        taken = -1
        while taken and heard < most and turn.lasts():
            taken = 0
            for names, in_runs in (*(([ear.name], True) for ear in batches), (singles, False)):
                until = clock.now() + LEASE
                if pks := _claim(lane, until, names, game, min(most - heard, BATCH if in_runs else HEADS), in_runs=in_runs):
                    taken += len(pks)
                    heard += (_bring_batch if in_runs else _bring_each)(_loaded(pks, until), until, around)
    return heard


def park_orphans() -> int:
    """What has waited a day for a subscriber that this release does not know is put aside for an administrator; how many there were."""
    known = [ear.name for ear in subscribers()]
    lost = Delivery.objects.exclude(subscriber__in=known).filter(parked_at=None, event__recorded_at__lt=clock.now() - ORPHANED)
    pks = list(lost.order_by("pk").values_list("pk", "subscriber")[:BATCH])
    for pk, name in pks:
        park_delivery(pk, f"No subscriber is called {name}.")
    return len(pks)


def _loaded(taken: list[int], until: datetime) -> list[Delivery]:
    """What was claimed, in its events' order: by one query, or where one row cannot be read each by its own, and that one parked."""
    ours = Delivery.objects.select_related("event").filter(claimed_until=until)
    try:
        found = list(ours.filter(pk__in=taken).order_by("event_id"))
        for pk in set(taken) - {delivery.pk for delivery in found}:
            _without_an_event(pk, until)
        return found
    except Exception:
        log.exception("deliveries_fall_apart", deliveries=len(taken))
        readable: list[Delivery] = []
        each_alone(sorted(taken), lambda pk: readable.extend(ours.filter(pk=pk)), park=park_delivery)
        return sorted(readable, key=lambda delivery: delivery.event_id)


def _without_an_event(pk: int, until: datetime) -> None:
    """What was claimed and is not there was brought by somebody else meanwhile, or its event is gone: then nobody can bring it."""
    if Delivery.objects.filter(pk=pk, claimed_until=until).exists():
        park_delivery(pk, "Its event is gone.")


def _claim(lane: Lane, until: datetime, names: list[str], game: int | None, limit: int, *, in_runs: bool) -> list[int]:
    """Claim what these subscribers may hear now: the heads of one or many, or the runs of one who takes batches."""
    if not names:
        return []
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        if in_runs:  # of two who claim at once the second must see what the first has, or it would take a younger event before an older
            hold_names(f"deliveries of {names[0]}")
        said: dict[str, Any] = {"until": until, "lane": lane.value, "now": clock.now(), "game": game, "limit": limit, "names": names}
        cursor.execute(_CLAIM_RUNS if in_runs else _CLAIM_HEADS, said)
        return [row[0] for row in cursor.fetchall()]


def _bring_each(deliveries: Sequence[Delivery], until: datetime, around: Around) -> int:
    """Each in a transaction of its own. What fails keeps those behind it in the same ticket back; they were not tried."""
    heard, stopped = 0, set[tuple[str, int | None, str]]()
    for delivery in deliveries:
        row = (delivery.subscriber, delivery.ticket_id, delivery.subject)
        if row in stopped:
            Delivery.objects.filter(pk=delivery.pk, claimed_until=until).update(claimed_until=None, attempts=F("attempts") - 1)
            continue
        with around(delivery.subscriber):
            brought = _bring(delivery, until)
        heard += brought
        if not brought:
            stopped.add(row)
    return heard


def _bring_batch(deliveries: Sequence[Delivery], until: datetime, around: Around) -> int:
    """All of one subscriber in one transaction, or if that fails each by its own."""
    if not deliveries:
        return 0
    with around(deliveries[0].subscriber):
        try:
            return _hear_and_drop(deliveries, until)
        except _Lost:
            return 0
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            log.warning("batch_falls_apart", subscriber=deliveries[0].subscriber, deliveries=len(deliveries), error=reason_of(error))
    return _bring_each(deliveries, until, around)


def _bring(delivery: Delivery, until: datetime) -> int:
    try:
        return _hear_and_drop([delivery], until)
    except _Lost:
        return 0
    except Exception as error:
        _failed(delivery, error)
        if isinstance(error, SoftTimeLimitExceeded):
            raise
        return 0


@transaction.atomic
def _hear_and_drop(deliveries: Sequence[Delivery], until: datetime) -> int:
    """Heard and deleted in one transaction. Raises `_Lost` when a claim has lapsed, `_Hopeless` when one of them can never be heard."""
    listener = subscription(deliveries[0].subscriber)
    if listener is None:
        raise _Hopeless(f"No subscriber is called {deliveries[0].subscriber}.")
    for delivery in deliveries:
        if delivery.attempts > len(PAUSES) + 1:
            raise _Hopeless("Each worker that took this delivery was gone before it could tell why.")
        if delivery.event.depth > MAX_DEPTH:
            event = delivery.event
            raise _Hopeless(f"This chain of automation is {event.depth} events long; it began with event {event.root}.")
    wanted = [delivery.event for delivery in deliveries if listener.when(delivery.event)]
    if listener.newest:
        wanted = list({(event.ticket_id, event.subject): event for event in wanted}.values())
    if wanted:
        with caused_by(wanted[0]) if len(deliveries) == 1 else nullcontext():
            listener.hear(wanted)
    dropped, _each = Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries], claimed_until=until).delete()
    if dropped != len(deliveries):
        raise _Lost
    return dropped


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
