"""Six listeners to every kind of event, as many as the rooms to come, each writing a row for what it hears: to measure the drain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from django.db import connection

from tickets.events import known_kinds, subscribe, subscribe_in_batches, subscriptions
from tickets.models import Event, Lane

TABLE = "bench_heard"
SINGLE, BATCH = "bench.single", "bench.batch"  # heard in bulk, by replay alone
_WRITE = f"INSERT INTO {TABLE} (ear, event) SELECT %s, unnest(%s::bigint[])"  # noqa: S608 - our own words


def listen() -> None:
    """Register them, three who hear event by event and three who take batches."""
    every = list(known_kinds().values())
    for number in range(3):
        subscribe(f"bench.{number}", every, partial(_hear, f"bench.{number}"))
    for number in range(3, 6):
        subscribe_in_batches(f"bench.{number}", every, partial(_hear_many, f"bench.{number}"), lane=Lane.NOW)
    subscribe(SINGLE, [], partial(_hear, SINGLE), lane=Lane.BULK)
    subscribe_in_batches(BATCH, [], partial(_hear_many, BATCH))


@contextmanager
def listening() -> Iterator[None]:
    """For the length of a scene, with an empty table to write into."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE IF NOT EXISTS {TABLE} (ear text, event bigint)")
        cursor.execute(f"TRUNCATE {TABLE}")
    before = subscriptions.kept()
    listen()
    try:
        yield
    finally:
        subscriptions.restore(before)


def _hear_many(ear: str, events: Sequence[Event]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [ear, [event.pk for event in events]])


def _hear(ear: str, event: Event) -> None:
    _hear_many(ear, [event])
