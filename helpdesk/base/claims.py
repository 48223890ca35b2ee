"""Claiming rows so that two workers never take the same: `SKIP LOCKED`, committed at once, with a lease that lapses.

A worker that dies keeps its rows only until the lease is over; whoever acts on a claimed row checks it again under its lock.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from helpdesk.base import clock


def hold_names(*names: str) -> None:
    """Wait for whoever holds these names, one after the other, and hold them until the transaction ends; after any row's lock."""
    if not connection.in_atomic_block:
        raise RuntimeError("Names are held within a transaction only.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) AS name", [list(names)])


def claim(rows: QuerySet[Any], *, limit: int, lease: timedelta, field: str = "claimed_until", counting: str = "") -> list[int]:
    """Take up to `limit` of `rows` (filtered and ordered by the caller) until now + `lease`; their ids in that order.

    Rows whose lease still runs are passed over. `counting`: a column that grows by one with each claim, so that a row which kills its
    worker has been counted. Must be called outside a transaction, so that the claim is committed when it returns.
    """
    now, quote, table = clock.now(), connection.ops.quote_name, connection.ops.quote_name(rows.model._meta.db_table)
    free = rows.filter(Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lte": now}))
    changes = f"{quote(field)} = %s" + (f", {quote(counting)} = {quote(counting)} + 1" if counting else "")
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        if free.query.is_empty():
            return []
        found, said = free.select_for_update(skip_locked=True, of=("self",)).values_list("id")[:limit].query.sql_with_params()
        taking = f"taken AS (UPDATE {table} SET {changes} FROM free WHERE {table}.id = free.id)"
        cursor.execute(f"WITH free (id) AS MATERIALIZED ({found}), {taking} SELECT id FROM free", [*said, now + lease])  # noqa: S608
        return [pk for (pk,) in cursor.fetchall()]
