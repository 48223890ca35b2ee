"""What the probes and the numbers show of the ground: what stands still, what is parked, which files are lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from helpdesk.base import outgoing, outward, parking, relay, watch
from helpdesk.base.models import Blob, Reachable
from helpdesk.base.outgoing import journal
from helpdesk.base.watch import Number

OUTWARD = Number("helpdesk_outward", "1 for what keeps things from leaving the house.", "reason")
OUTWARD_WAITING = Number("helpdesk_outward_waiting", "Pieces that leave when they may, undo windows included.", "kind")
RELAY_AWAY = Number("helpdesk_relay_away_seconds", "Seconds since the relay of a channel cannot be reached.", "channel")
BLOBS = Number("helpdesk_blobs", "Files that were missed or found damaged; check_blobs names them.", "state")
OUTGOING_CALLS = Number("helpdesk_outgoing_calls", "Calls to others' servers within the last hour.", ("service", "outcome"))
OUTGOING_RESTING = Number("helpdesk_outgoing_resting_seconds", "Seconds since a server that is left alone began to fail.", "service")


def register() -> None:
    """Called in `ready()`."""
    watch.register_states("relay", lambda _at: {"relay": "degraded" if relay.away() else "ok"})
    watch.register_number(watch.PARKED, lambda _at: parking.counts())
    watch.register_number(OUTWARD, _outward)
    watch.register_number(OUTWARD_WAITING, lambda _at: outward.pieces())
    watch.register_number(RELAY_AWAY, lambda at: _seconds(relay.away(), at))
    watch.register_number(OUTGOING_CALLS, journal.recent)
    watch.register_number(OUTGOING_RESTING, lambda at: _seconds(outgoing.breaker.away(), at))
    watch.register_number(BLOBS, lambda _at: {"unreadable": Blob.objects.filter(unreadable_since__isnull=False).count()})


def _outward(_at: datetime) -> dict[str, float]:
    found = outward.standing()
    return {reason.value: float(reason == found) for reason in outward.Standing if reason != outward.Standing.ON}


def _seconds(away: Mapping[str, Reachable], at: datetime) -> dict[str, float]:
    return {what: max(0.0, (at - row.away_since).total_seconds()) for what, row in away.items() if row.away_since}
