"""Timers: a hundred thousand answered tickets whose silence is over at once, and the deliveries that their moves leave."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from helpdesk.base import clock
from tests.bench.figures import Figure, Pace
from tickets import drain, timers
from tickets.lifecycle.machine import SILENCE
from tickets.models import Delivery, Lane, LifecycleRule, Timer

_ANSWER = """
UPDATE tickets_ticket SET status = 'answered', status_since = %(since)s, resolved_at = NULL, pending_on = '', pending_until = NULL,
    hold_reason_id = NULL, promised_until = NULL, waiting_since = NULL, waiting_key = '9999-01-01 00:00+00'
WHERE id IN (SELECT id FROM tickets_ticket WHERE merged_into_id IS NULL ORDER BY id LIMIT %(count)s)
"""
_ARM = """
INSERT INTO tickets_timer (ticket_id, kind, due_at, freezes, rule_id, armed_at, attempts, error)
SELECT id, %(kind)s, %(since)s + interval '72 hours' + make_interval(secs => id %% 3000), false, %(rule)s, %(since)s, 0, ''
FROM tickets_ticket WHERE status = 'answered'
"""


def prepare(count: int) -> int:
    """So many tickets answered long ago, each with its timer due; returns how many are due."""
    since = clock.now() - timedelta(hours=80)
    rule = LifecycleRule.objects.get(game=None, from_status="answered", trigger="silence")
    Timer.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER, {"since": since, "count": count})
        cursor.execute(_ARM, {"since": since, "kind": SILENCE, "rule": rule.pk})
        cursor.execute("VACUUM ANALYZE tickets_ticket")
        cursor.execute("VACUUM ANALYZE tickets_timer")
    return Timer.objects.filter(due_at__lte=clock.now(), kind=SILENCE).count()


def measure(*, count: int, runs: int) -> list[Figure]:
    """A tenth of all that is due in each run, with events and deliveries; then the deliveries."""
    due = prepare(count)
    each = max(500, min(5_000, due // 10))
    moved, brought = Pace(), Pace()
    for _run in range(runs):
        moved.run(lambda: timers.fire_due(most=each))
    waiting = Delivery.objects.filter(lane=Lane.BULK).count()
    most = max(200, min(2_000, waiting // (runs + 1)))
    for _run in range(runs):
        brought.run(lambda: drain.drain(Lane.BULK, most=most))
    remark = f"{due:,} due at the start"
    return [
        moved.figure("due timers moved, with events and deliveries, one process", "timers/s", budget=2_000, remark=remark),
        brought.figure("deliveries drained, one process", "deliveries/s", remark=f"{waiting:,} waiting at the start"),
    ]
