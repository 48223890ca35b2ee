"""Numbers for Prometheus: how long the oldest waiting piece of work has waited, and how many wait. Read from the rows when asked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from helpdesk import heartbeat
from helpdesk.audit.client import client_address
from helpdesk.backlog import due_work
from helpdesk.base import outward, parking, relay
from helpdesk.base.clock import now
from helpdesk.base.models import Blob
from players.models import Erasure
from tickets.models import OPEN, Message, Ticket

LOOPBACK = {"127.0.0.1", "::1"}
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
SHOWN_STATES = ("queued", "sending", "handed", "failed", "bounced", "uncertain", "stale")  # each stands in a partial index


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For who knows METRICS_TOKEN; where none is set, for this machine alone."""
    if not _may_read(request):
        return HttpResponse("A bearer token is needed.\n", status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(Work())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if token := settings.METRICS_TOKEN:
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        return kind.lower() == "bearer" and constant_time_compare(given.strip(), token)
    came_by_proxy = any(name in request.META for name in FORWARDED)  # a proxy on this machine speaks for strangers
    return client_address(request) in LOOPBACK and not came_by_proxy


class Work(Collector):
    """What waits, in seconds and in pieces. An age of 0 means that nothing is late."""

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        at = now()
        waiting = due_work(at)
        ages = {work: found.seconds for work, found in waiting.items()}
        yield _gauge("helpdesk_oldest_seconds", "Seconds that the oldest piece of due work has waited.", "work", ages)
        yield _gauge("helpdesk_waiting", "Pieces of work that are due.", "work", {work: found.pieces for work, found in waiting.items()})
        parked = parking.counts() | {"erasure": Erasure.objects.filter(ended_at=None, attempts__gt=0).count()}
        yield _gauge("helpdesk_parked", "Work that was tried, failed and waits for a person.", "work", parked)
        yield _gauge("helpdesk_outward", "1 for what keeps things from leaving the house.", "reason", _outward())
        yield _gauge("helpdesk_outward_waiting", "Pieces that leave when they may, undo windows included.", "kind", outward.pieces())
        yield _gauge("helpdesk_relay_away_seconds", "Seconds since the relay of a channel cannot be reached.", "channel", _relays(at))
        lost = Blob.objects.filter(unreadable_since__isnull=False).count()
        yield _gauge("helpdesk_blobs", "Files that were missed or found damaged; check_blobs names them.", "state", {"unreadable": lost})
        messages = {state: Message.objects.filter(state=state).count() for state in SHOWN_STATES}
        yield _gauge("helpdesk_messages", "Messages to players that are under way or in trouble.", "state", messages)
        by_status = dict(Ticket.objects.filter(status__in=OPEN).values_list("status").annotate(Count("pk")).order_by("status"))
        yield _gauge("helpdesk_silence_seconds", "Seconds since the beat, or a worker of this queue, was seen alive.", "part", silences(at))
        yield _gauge("helpdesk_tickets", "Open tickets.", "status", {str(status): by_status.get(status, 0) for status in OPEN})


def _outward() -> dict[str, float]:
    found = outward.standing()
    return {reason.value: float(reason == found) for reason in outward.Standing if reason != outward.Standing.ON}


def _relays(at: datetime) -> dict[str, float]:
    return {channel: max(0.0, (at - row.away_since).total_seconds()) for channel, row in relay.away().items() if row.away_since}


def silences(at: datetime) -> dict[str, float]:
    """How long each part has been silent; without end for one that was never seen."""
    return {part: math.inf if since is None else since.total_seconds() for part, since in heartbeat.silences(at).items()}


def _gauge(name: str, meaning: str, label: str, values: Mapping[str, float]) -> Metric:
    gauge = GaugeMetricFamily(name, meaning, labels=[label])
    for key, value in values.items():
        gauge.add_metric([key], value)
    return gauge
