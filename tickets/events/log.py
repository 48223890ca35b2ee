"""Writing the log: the event, its deliveries and what has changed in its ticket, in the caller's transaction and in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db import connection
from django.db.models import Model

from helpdesk.base import clock
from helpdesk.base.claims import hold_names
from helpdesk.base.queue import nudge
from helpdesk.base.rows import as_json, columns, json_of, made
from players.models import Player
from tickets.actors import Actor, ActorKind
from tickets.events.kinds import Payload, data_of, touches
from tickets.events.subscriptions import ears
from tickets.locks import demand_lock
from tickets.models import Event, Lane, Message, Ticket

_cause: ContextVar[Event | None] = ContextVar("cause", default=None)
_backfilled: ContextVar[bool] = ContextVar("backfilled", default=False)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One event to be recorded. `status_before` is empty where the status did not change; `at` is now unless it happened before."""

    ticket: Ticket
    payload: Payload
    by: Actor
    message: Message | None = None
    status_before: str = ""
    at: datetime | None = None


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
    """Events of a past that is entered only now: they say so, and nobody hears them who speaks to the outside world."""
    token = _backfilled.set(True)
    try:
        yield
    finally:
        _backfilled.reset(token)


def record(
    ticket: Ticket, payload: Payload, *, by: Actor, message: Message | None = None, status_before: str = "", at: datetime | None = None
) -> Event:
    """One event of a locked ticket that itself stays as it is; else see `change`."""
    return change_many([NewEvent(ticket, payload, by, message, status_before, at)], fields=())[0]


def change(
    ticket: Ticket,
    payload: Payload,
    *,
    by: Actor,
    fields: Sequence[str],
    message: Message | None = None,
    status_before: str = "",
    at: datetime | None = None,
) -> Event:
    """Save these fields of a locked ticket, which have changed, and the event that tells of it."""
    return change_many([NewEvent(ticket, payload, by, message, status_before, at)], fields=fields)[0]


def record_many(entries: Sequence[NewEvent], *, lane: Lane | None = None) -> list[Event]:
    """Many events, of tickets that stay as they are. `lane` overrides the subscribers' own, for work that comes by the thousand."""
    return change_many(entries, fields=(), lane=lane)


def change_many(entries: Sequence[NewEvent], *, fields: Sequence[str], lane: Lane | None = None) -> list[Event]:
    """`change` for many tickets by one statement. Their locks must be held, so that id order in a ticket is commit order.

    ValueError for fields that a ticket does not have.
    """
    changed = _columns_of(tuple(fields))
    events = [_event(entry) for entry in entries]
    _write(events, changed, {entry.ticket.pk: entry.ticket for entry in entries}, lane)
    return events


def record_about(subject: Model, payload: Payload, *, by: Actor, at: datetime | None = None) -> Event:
    """An event that is of no ticket, but of a player, a flow, a model. Those of one subject come one after another.

    The subject stands in the row as “player:12”. Its order is kept by a lock of the transaction, taken after any ticket's.
    """
    name = subject_of(subject)
    hold_names(f"events of {name}")
    event = _made(payload, by, at)
    event.subject, event.player_id = name, subject.pk if isinstance(subject, Player) else None
    event.author_team_id = by.person
    _write([event], (), {}, None)
    return event


def subject_of(row: Model) -> str:
    """How events name what they are about where it is no ticket: “player:12”."""
    return f"{row._meta.model_name}:{row.pk}"


def _event(entry: NewEvent) -> Event:
    ticket, by, message = entry.ticket, entry.by, entry.message
    demand_lock(ticket)
    event = _made(entry.payload, by, entry.at)
    event.ticket, event.message_id = ticket, message.pk if message else None
    event.status, event.status_before = ticket.status, entry.status_before or ticket.status
    event.game_id, event.player_id, event.team_id = ticket.game_id, ticket.player_id, ticket.team_id
    event.assignee_id, event.topic_id = ticket.assignee_id, ticket.topic_id
    event.language, event.channel = ticket.language, ticket.channel
    if by.person is not None:
        event.author_team_id = by.person
    elif message and message.kind == Message.Kind.REPLY and message.author_kind == ActorKind.OPERATOR:
        event.author_team_id = message.author_id
    return event


def _made(payload: Payload, by: Actor, at: datetime | None) -> Event:
    """Its `author_team_id` is the id of the person: the statement that writes it knows their team."""
    cause, now = _cause.get(), clock.now()
    return Event(
        at=at or now,
        recorded_at=now,
        kind=payload.kind,
        version=payload.version,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_version=by.version,
        on_behalf_of=by.on_behalf_of,
        cause=cause.pk if cause else None,
        root=(cause.root or cause.pk) if cause else None,
        depth=cause.depth + 1 if cause else 0,
        backfilled=_backfilled.get(),
        data=data_of(payload),
    )


def _write(events: Sequence[Event], changed: tuple[str, ...], tickets: dict[int, Ticket], lane: Lane | None) -> None:
    heard = [(number, ear.name, (lane or ear.lane).value) for number, event in enumerate(events, start=1) for ear in ears(event)]
    listeners = [list(column) for column in zip(*heard, strict=True)] or [[], [], []]
    for event in events:
        if event.ticket_id is not None and touches(event):
            tickets[event.ticket_id].changed_at = event.at
    rows = [{name: getattr(ticket, name) for name in ("id", "changed_at", *changed)} for ticket in tickets.values()]
    with connection.cursor() as cursor:
        cursor.execute(_statement(changed), [as_json(events), clock.now(), *listeners, json_of(rows)])
        for event, (pk, team) in zip(events, cursor.fetchall(), strict=True):
            event.author_team_id = team
            made(event, pk)
            if event.ticket_id is not None:
                tickets[event.ticket_id].last_event_id = pk
    for used in sorted({used for _number, _name, used in heard}):
        nudge(f"tickets.drain_{used}", queue=used)


@cache
def _columns_of(fields: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a ticket's fields."""
    known = {field.name: field.attname for field in Ticket._meta.concrete_fields}
    if odd := [name for name in fields if name not in known]:
        raise ValueError(f"A ticket has no fields called {', '.join(odd)}.")
    return tuple(known[name] for name in fields)


@cache
def _statement(changed: tuple[str, ...]) -> str:
    """The events; a delivery for each ear (number of its event, name, lane); in each ticket what has changed and by which event.

    Of several teams of one person the ticket's counts, else the one that was made first.
    """
    facts = columns(Event)
    with_team = facts.replace('"author_team_id"', "of_author.team_id")
    told = ", ".join(name if name.startswith("of_author") else f"said.{name}" for name in with_team.split(", "))
    changes = "".join(f", {connection.ops.quote_name(column)} = now.{connection.ops.quote_name(column)}" for column in changed)
    return f"""
WITH told AS (
    INSERT INTO tickets_event ({facts})
    SELECT {told} FROM json_populate_recordset(NULL::tickets_event, %s) WITH ORDINALITY AS said
    LEFT JOIN LATERAL (
        SELECT team_id FROM staff_membership WHERE user_id = said.author_team_id
        ORDER BY (team_id IS NOT DISTINCT FROM said.team_id) DESC, team_id LIMIT 1
    ) AS of_author ON true
    ORDER BY said.ordinality
    RETURNING id, ticket_id, subject, author_team_id
), owed AS (
    INSERT INTO tickets_delivery (event_id, subscriber, lane, ticket_id, subject, due_at, attempts, error)
    SELECT numbered.id, ear.name, ear.lane, numbered.ticket_id, numbered.subject, %s, 0, ''
    FROM (SELECT id, ticket_id, subject, row_number() OVER (ORDER BY id) AS number FROM told) AS numbered
    JOIN unnest(%s::int[], %s::text[], %s::text[]) AS ear (number, name, lane) ON ear.number = numbered.number ORDER BY numbered.id
), marked AS (
    UPDATE tickets_ticket SET last_event_id = newest.id, changed_at = now.changed_at{changes}
    FROM (SELECT ticket_id, max(id) AS id FROM told GROUP BY ticket_id) AS newest
    JOIN json_populate_recordset(NULL::tickets_ticket, %s) AS now ON now.id = newest.ticket_id
    WHERE tickets_ticket.id = newest.ticket_id
)
SELECT id, author_team_id FROM told ORDER BY id
"""  # noqa: S608 - our own columns
