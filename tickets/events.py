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
from typing import Any

from django.db import connection

from helpdesk.base import clock
from helpdesk.base.queue import nudge
from tickets.actors import Actor
from tickets.locks import demand_lock
from tickets.models import Delivery, Event, Lane, Message, Ticket

Handler = Callable[[Event], None]

KINDS: dict[str, int] = {  # kind: version of its data; upper rooms add theirs by `declare`
    "ticket.opened": 1,
    "ticket.moved": 1,
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
    "message.received": 1,
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
    """A named listener to some kinds. `handler` writes rows and never uses the network."""

    name: str
    kinds: frozenset[str]
    handler: Handler
    lane: Lane


@dataclass(frozen=True, slots=True)
class Entry:
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


def declare(kind: str, version: int = 1) -> None:
    """Add a kind, in `AppConfig.ready()` of the room whose verb it is."""
    if KINDS.setdefault(kind, version) != version:
        raise ValueError(f"Event kind {kind} is declared twice with different versions.")


def subscribe(name: str, kinds: Iterable[str], handler: Handler, *, lane: Lane = Lane.NOW) -> None:
    """Listen to `kinds`, from this deploy on; the past comes by an explicit replay. Called in `AppConfig.ready()`."""
    if name in _subscriptions:
        raise ValueError(f"Two subscribers are called {name}.")
    subscription = Subscription(name, frozenset(kinds), handler, lane)
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


def record(
    ticket: Ticket,
    kind: str,
    *,
    by: Actor,
    message: Message | None = None,
    status_before: str = "",
    at: datetime | None = None,
    **data: Any,
) -> Event:
    """One event of a locked ticket; see `record_many`."""
    return record_many([Entry(ticket, kind, by, message, status_before, at, data)])[0]


def record_many(entries: Sequence[Entry], *, lane: Lane | None = None) -> list[Event]:
    """Write the events and their deliveries; the tickets' locks must be held, so that id order within a ticket is commit order.

    `data` takes ids, enums, numbers and times. `lane` overrides the subscribers' own lanes, for work that comes by the thousand.
    """
    cause, recorded_at = _cause.get(), clock.now()
    events = [_event(entry, cause, recorded_at) for entry in entries]
    Event.objects.bulk_create(events)
    deliveries = [
        Delivery(event=event, subscriber=listener.name, lane=lane or listener.lane, ticket_id=event.ticket_id, due_at=recorded_at)
        for event in events
        for listener in _by_kind[event.kind]
    ]
    Delivery.objects.bulk_create(deliveries)
    _mark_tickets(entries, events)
    for used in sorted({delivery.lane for delivery in deliveries}):
        nudge(f"tickets.drain_{used}", queue=used)
    return events


def _event(entry: Entry, cause: Event | None, recorded_at: datetime) -> Event:
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
        data=entry.data,
    )


_MARK = """
UPDATE tickets_ticket SET last_event_id = told.event, changed_at = told.at
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS told (ticket, event, at) WHERE tickets_ticket.id = told.ticket
"""


def _mark_tickets(entries: Sequence[Entry], events: Sequence[Event]) -> None:
    """Each ticket remembers its last event and when it changed."""
    last: dict[int, Event] = {}
    for entry, event in zip(entries, events, strict=True):
        last[entry.ticket.pk] = event
        entry.ticket.last_event_id, entry.ticket.changed_at = event.pk, event.at
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [list(last), [event.pk for event in last.values()], [event.at for event in last.values()]])


def replay(subscriber: str, events: Iterable[Event]) -> int:
    """Let a subscriber hear past events (again); returns how many deliveries were written."""
    made = Delivery.objects.bulk_create(
        [Delivery(event=event, subscriber=subscriber, lane=Lane.BULK, ticket_id=event.ticket_id) for event in events], ignore_conflicts=True
    )
    nudge("tickets.drain_bulk", queue="bulk")
    return len(made)


__all__ = [
    "KINDS",
    "MAX_DEPTH",
    "Entry",
    "caused_by",
    "declare",
    "record",
    "record_many",
    "replay",
    "subscribe",
    "subscribers",
    "subscription",
]
