"""A line for each call that left, kept for two weeks: which service, how long, what came of it. It never fails or delays a call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, transaction
from django.db.models import Count

from helpdesk.base.clock import now
from helpdesk.base.models import OutgoingCall, OutgoingService
from helpdesk.base.turns import Turn

log = structlog.get_logger(__name__)

KEPT = timedelta(days=14)
RECENT = timedelta(hours=1)  # what the numbers count
AT_ONCE = 5_000  # rows that go in one transaction
Outcome = OutgoingCall.Outcome


@contextmanager
def unhurt(service: str) -> Iterator[None]:
    """What the database refuses within the block is logged: the call itself has been made."""
    try:
        yield
    except DatabaseError:
        log.exception("call_not_noted", service=service)


def keep(line: OutgoingCall, outcome: Outcome) -> None:
    """Write a call down."""
    line.outcome = outcome
    with unhurt(line.service), transaction.atomic():
        line.save(force_insert=True)


def drop_old(*, seconds: float) -> int:
    """Let go what is older than two weeks, and what is known of services that nobody has called since; how many calls went."""
    before, turn, gone = now() - KEPT, Turn(seconds), 0
    OutgoingService.objects.filter(failed_at__lt=before).delete()
    while turn.lasts():
        old = list(OutgoingCall.objects.filter(at__lt=before).order_by("at").values_list("pk", flat=True)[:AT_ONCE])
        gone += OutgoingCall.objects.filter(pk__in=old).delete()[0]
        if len(old) < AT_ONCE:
            break
    return gone


def recent(at: datetime) -> dict[tuple[str, str], float]:
    """How many calls of the last hour came to what, by service and outcome."""
    rows = OutgoingCall.objects.filter(at__gt=at - RECENT).order_by().values_list("service", "outcome").annotate(Count("pk"))
    return {(service, outcome): float(count) for service, outcome, count in rows}
