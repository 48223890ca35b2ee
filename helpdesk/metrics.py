"""Numbers for Prometheus: how long the oldest waiting piece of work has waited, and how many wait. Read from the rows when asked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from helpdesk import pulse
from helpdesk.audit.client import client_address
from helpdesk.base.clock import now
from players.models import Erasure
from tickets.models import OPEN, Delivery, Lane, Message, Ticket, Timer

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


class Waiting(NamedTuple):
    oldest: datetime | None
    pieces: int


class Work(Collector):
    """What waits, in seconds and in pieces. An age of 0 means that nothing is late."""

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        at = now()
        waiting = due_work(at)
        ages = {work: max(0.0, (at - found.oldest).total_seconds()) if found.oldest else 0.0 for work, found in waiting.items()}
        yield _gauge("helpdesk_oldest_seconds", "Seconds that the oldest piece of due work has waited.", "work", ages)
        yield _gauge("helpdesk_waiting", "Pieces of work that are due.", "work", {work: found.pieces for work, found in waiting.items()})
        parked = {
            name: rows.filter(parked_at__isnull=False).count() for name, rows in (("delivery", _deliveries()), ("raw_mail", _raw_mails()))
        }
        parked["erasure"] = Erasure.objects.filter(ended_at=None, attempts__gt=0).count()
        yield _gauge("helpdesk_parked", "Work that was tried, failed and waits for a person.", "work", parked)
        messages = {state: Message.objects.filter(state=state).count() for state in SHOWN_STATES}
        yield _gauge("helpdesk_messages", "Messages to players that are under way or in trouble.", "state", messages)
        by_status = dict(Ticket.objects.filter(status__in=OPEN).values_list("status").annotate(Count("pk")).order_by("status"))
        yield _gauge("helpdesk_silence_seconds", "Seconds since the beat, or a worker of this queue, was seen alive.", "part", silences(at))
        yield _gauge("helpdesk_tickets", "Open tickets.", "status", {str(status): by_status.get(status, 0) for status in OPEN})


def silences(at: datetime) -> dict[str, float]:
    """How long each part has been silent; without end for one that was never seen."""
    return {part: math.inf if since is None else since.total_seconds() for part, since in pulse.silences(at).items()}


def due_work(at: datetime) -> dict[str, Waiting]:
    """Everything that should have been done by now, by its kind."""
    found = {
        "message": _oldest(Message.objects.filter(state=Message.State.QUEUED, leaves_at__lte=at), "leaves_at"),
        "timer": _oldest(Timer.objects.filter(due_at__lte=at), "due_at"),
        "raw_mail": _oldest(_raw_mails().filter(processed_at=None, parked_at=None), "received_at"),
    }
    for lane in Lane:
        found[f"delivery_{lane}"] = _oldest(_deliveries().filter(lane=lane, parked_at=None), "event__recorded_at")
    return found


def _oldest(rows: QuerySet[Any], when: str) -> Waiting:
    return Waiting(**rows.aggregate(oldest=Min(when), pieces=Count("pk")))


def _deliveries() -> QuerySet[Any]:
    return Delivery.objects.all()


def _raw_mails() -> QuerySet[Any]:
    rows: QuerySet[Any] = apps.get_model("mail", "RawMail")._default_manager.all()
    return rows


def _gauge(name: str, meaning: str, label: str, values: Mapping[str, float]) -> Metric:
    gauge = GaugeMetricFamily(name, meaning, labels=[label])
    for key, value in values.items():
        gauge.add_metric([key], value)
    return gauge
