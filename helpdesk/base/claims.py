"""Claiming rows so that two workers never take the same: `SKIP LOCKED`, committed at once, with a lease that lapses.

A worker that dies keeps its rows only until the lease is over; whoever acts on a claimed row checks it again under its lock.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from helpdesk.base import clock


def claim(rows: QuerySet[Any], *, limit: int, lease: timedelta, field: str = "claimed_until") -> list[int]:
    """Take up to `limit` of `rows` (filtered and ordered by the caller) until now + `lease`; their ids in that order.

    Rows whose lease still runs are passed over. Must be called outside a transaction, so that the claim is committed when it returns.
    """
    now = clock.now()
    with transaction.atomic(durable=True):
        free = rows.filter(Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lte": now}))
        taken = list(free.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:limit])
        if taken:
            rows.model._base_manager.filter(pk__in=taken).update(**{field: now + lease})
    return taken
