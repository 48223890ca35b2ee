"""The spine: recording what happened, and telling who wants to hear of it.

`record` writes the event and one delivery per subscriber in the caller's transaction; `tickets/drain.py` runs the handlers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection

from helpdesk.base import clock
from helpdesk.base.queue import nudge
from helpdesk.base.rows import as_json, columns, json_of, made
from tickets.actors import Actor
from tickets.event_facts import proved
from tickets.locks import demand_lock
from tickets.models import Delivery, Event, Lane, Message, Ticket

Handler = Callable[[Event], None]

KINDS: dict[str, int] = {  # kind: version of its data; upper rooms add theirs by `declare`
    "ticket.opened": 1,
    "ticket.moved": 1,
    "ticket.no_reply_needed": 1,
    "ticket.assigned": 1,
    "ticket.team_set": 1,
    "ticket.topic_set": 1,
    "ticket.language_set": 1,
    "ticket.renamed": 1,
    "ticket.tagged": 1,
    "ticket.player_set": 1,
    "ticket.followed": 1,
    "ticket.merged": 1,
    "ticket.unmerged": 1,
    "ticket.rearmed": 1,
    "ticket.erased": 1,
    "ticket.overdue": 1,
    "message.received": 1,
    "message.recognised": 1,
    "message.counted": 1,
    "message.noted": 1,
    "message.written": 1,
    "message.held": 1,
    "message.released": 1,
    "message.withdrawn": 1,
    "message.sent": 1,
    "message.stale": 1,
    "message.skipped": 1,
    "message.retried": 1,
    "message.failed": 1,
    "message.uncertain": 1,
    "message.settled": 1,
    "message.delivered": 1,
    "message.opened": 1,
    "message.bounced": 1,
    "message.complained": 1,
}
MAX_DEPTH = 8  # of a chain of automation


@dataclass(frozen=True, slots=True)
class Subscription:
    """A named listener to some kinds, `when` their event matters to it. `handler` writes rows and never uses the network."""

    name: str
    kinds: frozenset[str]
    handler: Handler
    lane: Lane
    when: Callable[[Event], bool]


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One event to be recorded. `status_before` is empty where the status did not change."""

    ticket: Ticket
    kind: str
    by: Actor
    message: Message | None = None
    status_before: str = ""
    at: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)


_subscriptions: dict[str, Subscription] = {}
_by_kind: dict[str, list[Subscription]] = defaultdict(list)
_cause: ContextVar[Event | None] = ContextVar("cause", default=None)
_backfilled: ContextVar[bool] = ContextVar("backfilled", default=False)


def declare(kind: str, version: int = 1) -> None:
    """Add a kind, in `AppConfig.ready()` of the room whose verb it is."""
    if KINDS.setdefault(kind, version) != version:
        raise ValueError(f"Event kind {kind} is declared twice with different versions.")


def subscribe(
    name: str, kinds: Iterable[str], handler: Handler, *, lane: Lane = Lane.NOW, when: Callable[[Event], bool] = lambda _event: True
) -> None:
    """Listen to `kinds`, from this deploy on; the past comes by an explicit replay. Called in `AppConfig.ready()`.

    `when` looks at the event alone and asks no table: what it turns away costs no delivery. It is asked when the event is recorded,
    replayed and brought.
    """
    if name in _subscriptions:
        raise ValueError(f"Two subscribers are called {name}.")
    subscription = Subscription(name, frozenset(kinds), handler, lane, when)
    unknown = subscription.kinds - KINDS.keys()
    if unknown:
        raise ValueError(f"Subscriber {name} listens to undeclared kinds: {sorted(unknown)}.")
    _subscriptions[name] = subscription
    for kind in subscription.kinds:
        _by_kind[kind].append(subscription)


def subscription(name: str) -> Subscription | None:
    """The subscriber of this name, or None when it left the code while deliveries for it still wait."""
    return _subscriptions.get(name)


def subscribers() -> list[Subscription]:
    """All subscribers by name."""
    return [_subscriptions[name] for name in sorted(_subscriptions)]


@contextmanager
def caused_by(event: Event) -> Iterator[None]:
    """Events recorded within the block name `event` as their cause."""
    token = _cause.set(event)
    try:
        yield
    finally:
        _cause.reset(token)


@contextmanager
def backfilled() -> Iterator[None]:
    """Events of a past that is entered only now: they say so, and no subscriber hears them, so that nobody is told of it."""
    token = _backfilled.set(True)
    try:
        yield
    finally:
        _backfilled.reset(token)


def record(
    ticket: Ticket,
    kind: str,
    *,
    by: Actor,
    message: Message | None = None,
    status_before: str = "",
    at: datetime | None = None,
    saving: Sequence[str] = (),
    **data: Any,
) -> Event:
    """One event of a locked ticket; see `record_many`."""
    return record_many([NewEvent(ticket, kind, by, message, status_before, at, data)], saving=saving)[0]


def record_many(entries: Sequence[NewEvent], *, saving: Sequence[str] = (), lane: Lane | None = None) -> list[Event]:
    """Write the events, their deliveries and the tickets' changes; the locks must be held, so that id order in a ticket is commit order.

    `data` takes ids, enums, numbers and times, no texts (`event_facts`). `saving` names the tickets' fields that have changed. `lane`
    overrides the subscribers' own lanes, for work that comes by the thousand. One statement, however many they are.
    """
    cause, recorded_at = _cause.get(), clock.now()
    events = [_event(entry, cause, recorded_at) for entry in entries]
    subscriptions = [
        (number, ear.name, (lane or ear.lane).value)
        for number, event in enumerate(events, start=1)
        for ear in _by_kind[event.kind]
        if not _backfilled.get() and ear.when(event)
    ]
    heard = [list(column) for column in zip(*subscriptions, strict=True)] or [[], [], []]
    changed = tuple(field.attname for field in Ticket._meta.concrete_fields if field.name in saving)
    tickets = [
        {name: getattr(ticket, name) for name in ("id", *changed)}
        for ticket in {entry.ticket.pk: entry.ticket for entry in entries}.values()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_record_sql(changed), [as_json(events), recorded_at, *heard, json_of(tickets)])
        for event, (pk,) in zip(events, cursor.fetchall(), strict=True):
            made(event, pk)
    for entry, event in zip(entries, events, strict=True):
        entry.ticket.last_event_id, entry.ticket.changed_at = event.pk, event.at
    for used in sorted({used for _number, _name, used in subscriptions}):
        nudge(f"tickets.drain_{used}", queue=used)
    return events


@cache
def _record_sql(changed: tuple[str, ...]) -> str:
    """The events; a delivery for each ear (number of its event, name, lane); in each ticket what has changed and by which event."""
    facts = columns(Event)
    changes = "".join(f", {connection.ops.quote_name(column)} = now.{connection.ops.quote_name(column)}" for column in changed)
    return f"""
WITH told AS (
    INSERT INTO tickets_event ({facts}) SELECT {facts} FROM json_populate_recordset(NULL::tickets_event, %s)
    RETURNING id, ticket_id, at
), owed AS (
    INSERT INTO tickets_delivery (event_id, subscriber, lane, ticket_id, due_at, attempts, error)
    SELECT numbered.id, ear.name, ear.lane, numbered.ticket_id, %s, 0, ''
    FROM (SELECT id, ticket_id, row_number() OVER (ORDER BY id) AS number FROM told) AS numbered
    JOIN unnest(%s::int[], %s::text[], %s::text[]) AS ear (number, name, lane) ON ear.number = numbered.number ORDER BY numbered.id
), marked AS (
    UPDATE tickets_ticket SET last_event_id = newest.id, changed_at = newest.at{changes}
    FROM (SELECT DISTINCT ON (ticket_id) ticket_id, id, at FROM told ORDER BY ticket_id, id DESC) AS newest
    JOIN json_populate_recordset(NULL::tickets_ticket, %s) AS now ON now.id = newest.ticket_id
    WHERE tickets_ticket.id = newest.ticket_id
)
SELECT id FROM told ORDER BY id
"""  # noqa: S608 - our own columns


def _event(entry: NewEvent, cause: Event | None, recorded_at: datetime) -> Event:
    ticket = entry.ticket
    demand_lock(ticket)
    return Event(
        at=entry.at or recorded_at,
        recorded_at=recorded_at,
        kind=entry.kind,
        version=KINDS[entry.kind],
        ticket=ticket,
        actor_kind=entry.by.kind,
        actor_id=entry.by.id,
        actor_version=entry.by.version,
        on_behalf_of=entry.by.on_behalf_of,
        cause=cause.pk if cause else None,
        root=(cause.root or cause.pk) if cause else None,
        depth=cause.depth + 1 if cause else 0,
        status=ticket.status,
        status_before=entry.status_before or ticket.status,
        game_id=ticket.game_id,
        team_id=ticket.team_id,
        assignee_id=ticket.assignee_id,
        topic_id=ticket.topic_id,
        language=ticket.language,
        channel=ticket.channel,
        message_id=entry.message.pk if entry.message else None,
        data=proved(entry.kind, entry.data | {"backfilled": True} if _backfilled.get() else entry.data),
    )


def replay(subscriber: str, events: Iterable[Event]) -> int:
    """Let a subscriber hear past events (again); returns how many deliveries were written."""
    ear = _subscriptions[subscriber]
    wanted = [event for event in events if ear.when(event)]
    waiting = set(Delivery.objects.filter(subscriber=subscriber, event__in=wanted).values_list("event_id", flat=True))
    made = Delivery.objects.bulk_create(
        [
            Delivery(event=event, subscriber=subscriber, lane=Lane.BULK, ticket_id=event.ticket_id)
            for event in wanted
            if event.pk not in waiting
        ],
        ignore_conflicts=True,
    )
    nudge("tickets.drain_bulk", queue="bulk")
    return len(made)


__all__ = [
    "KINDS",
    "MAX_DEPTH",
    "NewEvent",
    "backfilled",
    "caused_by",
    "declare",
    "record",
    "record_many",
    "replay",
    "subscribe",
    "subscribers",
    "subscription",
]
