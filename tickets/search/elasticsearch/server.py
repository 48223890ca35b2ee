"""The one place from which Elasticsearch is called, with little patience; whether it is there all processes know by a row."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

from django.conf import settings
from elastic_transport import ConnectionTimeout, TransportError
from elasticsearch import ApiError, Elasticsearch

from helpdesk.base import breaker
from helpdesk.base.models import OutgoingService
from helpdesk.base.text import reason_of

NAME = "elasticsearch"
SEARCHING, WRITING = 1.5, 30.0  # seconds of one call
PAUSE = timedelta(seconds=15)  # between two looks whether it has come back
SHUT = frozenset({401, 403, 408, 429, 502, 503, 504})  # it is there, and does not serve us

service = breaker.Breaker(OutgoingService)


class NoAnswer(Exception):
    """It cannot tell."""


class Away(NoAnswer):
    """It is not there, or serves nobody now. Nothing is known of what it was asked."""


def chosen() -> bool:
    """Whether this desk has one at all."""
    return bool(settings.SEARCH_ENGINE == NAME)


def is_away() -> bool:
    """Whether somebody has found it away and nobody has found it again."""
    return NAME in service.away()


@contextmanager
def asked(seconds: float) -> Iterator[Elasticsearch]:
    """A client for a call or two of so many seconds each, none of which is tried twice. Raises Away, and tells the others."""
    try:
        yield _client(settings.ELASTICSEARCH_URL).options(request_timeout=seconds, max_retries=0, retry_on_timeout=False)
    except (TransportError, ApiError) as error:
        if isinstance(error, ApiError) and error.status_code not in SHUT:
            raise
        slow = isinstance(error, ConnectionTimeout)  # the question may be to blame; of two that say so one is right
        service.gone(NAME, reason_of(error), who=secrets.token_hex(8), doubtful=slow, pause=PAUSE)
        raise Away(reason_of(error)) from error


@cache
def _client(url: str) -> Elasticsearch:
    if url.startswith("https:"):
        return Elasticsearch(url, ssl_context=ssl.create_default_context())  # of the system, so that SSL_CERT_FILE counts
    return Elasticsearch(url)
