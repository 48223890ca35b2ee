"""Numbers for Prometheus: how long the oldest waiting piece of work has waited, how many wait, and what else the rooms register in
`helpdesk/base/watch.py`. Read from the rows when asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from helpdesk.audit.client import client_address
from helpdesk.base import watch
from helpdesk.base.clock import now

log = structlog.get_logger(__name__)

T = TypeVar("T")

LOOPBACK = {"127.0.0.1", "::1"}
UNREAD = watch.Number("helpdesk_unread_numbers", "1 for a number that could not be read; the log says why.", "number")
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


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
    """What waits, in seconds and in pieces, and every registered number. An age of 0 means that nothing is late."""

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        at, unread = now(), dict[str, float]()

        def read(name: str, ask: Callable[[], T]) -> T | None:
            """What a room answers; its mistake costs its own number alone."""
            try:
                return ask()
            except Exception:
                log.exception("number_not_read", number=name)
                unread[name] = 1.0
                return None

        asked = {work: read(work, partial(backlog.waiting, at)) for work, backlog in watch.backlogs().items()}
        waiting = {work: found for work, found in asked.items() if found}
        yield _gauge(watch.OLDEST, {work: found.seconds for work, found in waiting.items()})
        yield _gauge(watch.WAITING, {work: found.pieces for work, found in waiting.items()})
        for number, givers in watch.numbers().items():
            given = [read(number.name, partial(values, at)) or {} for values in givers]
            yield _gauge(number, {label: value for found in given for label, value in found.items()})
        yield _gauge(UNREAD, unread)


def _gauge(number: watch.Number, values: Mapping[Any, float]) -> Metric:
    gauge = GaugeMetricFamily(number.name, number.meaning, labels=_several(number.label))
    for key, value in values.items():
        gauge.add_metric(_several(key), value)
    return gauge


def _several(said: str | tuple[str, ...]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else said
