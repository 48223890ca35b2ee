"""Two doors for machines: is this process alive, and is the desk ready to serve.

Without its database the desk is down. Without its broker it is only slower (the sweeps carry what the nudges would have carried),
and without its beat or a worker it still takes what people write; so a load balancer must not take it away: that is “degraded”,
with code 200. So is a desk whose work waits too long, and one from which nothing may leave.

Probes ask the container itself, by its address, so these two doors answer whatever `Host` they are asked by; nothing in the answer
depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import resolve
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from helpdesk.base import watch
from helpdesk.base.clock import now

BROKER_PATIENCE = 1.0  # seconds
PROBES = ("/livez", "/readyz")

log = structlog.get_logger(__name__)


@dataclass
class _Memory:
    """Reading every migration from disk costs a tenth of a second; once all are applied, this process need not look again."""

    migrated: bool = False


_memory = _Memory()


class ProbesMiddleware:
    """Answers probes before anything asks for the host (which would refuse a strange one), opens a session or writes a line of log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info not in PROBES:
            return self.get_response(request)
        answer: HttpResponseBase = resolve(request.path_info).func(request)
        return answer


@never_cache
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """This process answers. Asks nobody else, so that a sick database does not get every web process killed."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Each part by name: ok, down, or (what only makes things slower) degraded. 503 when the desk cannot work."""
    parts = {name: _ask(name, check, when_not) for name, (check, when_not) in PARTS.items()}
    if parts["database"] == parts["migrations"] == "ok":
        for room, states in watch.states().items():
            parts |= _read(room, states)
    found = set(parts.values())
    status = "down" if "down" in found else "degraded" if found & {"degraded", "off"} else "ok"
    return JsonResponse({"status": status, "parts": parts}, status=503 if status == "down" else 200)


def database_answers() -> bool:
    """True, or what the database raises."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def migrations_applied() -> bool:
    """Whether none is missing. A yes is remembered: it cannot become a no while this process runs."""
    if not _memory.migrated:
        executor = MigrationExecutor(connection)
        _memory.migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _memory.migrated


def broker_answers() -> bool:
    """Redis and Valkey are asked directly: kombu would try for seconds before it says no."""
    url: str = settings.CELERY_BROKER_URL
    if url.startswith(("redis://", "rediss://", "unix://")):
        once = Retry(NoBackoff(), 0)
        with Redis.from_url(url, socket_timeout=BROKER_PATIENCE, socket_connect_timeout=BROKER_PATIENCE, retry=once) as broker:
            return bool(broker.ping())
    with Connection(url, connect_timeout=BROKER_PATIENCE) as link:
        link.connect()
    return True


def _read(room: str, states: watch.States) -> Mapping[str, str]:
    """A room's parts, none of which takes the desk down; where they cannot be told the room itself is one."""
    try:
        return {part: "degraded" if state == "down" else state for part, state in states(now()).items()}
    except DatabaseError as error:
        connection.close()
        log.warning("part_does_not_answer", part=room, error=str(error))
    except Exception:  # a room's mistake is no reason to answer nobody
        log.exception("part_does_not_answer", part=room)
    return {room: "degraded"}


PARTS: dict[str, tuple[Callable[[], bool], str]] = {  # part: how to ask it, what it means when it does not answer
    "database": (database_answers, "down"),
    "migrations": (migrations_applied, "down"),
    "broker": (broker_answers, "degraded"),
}


def _ask(name: str, check: Callable[[], bool], when_not: str) -> str:
    """The reason goes to the log: strangers may read this page."""
    try:
        answers = check()
    except DatabaseError as error:
        connection.close()
        log.warning("part_does_not_answer", part=name, error=str(error))
        return when_not
    except Exception as error:  # a broker's transport raises what it likes
        log.warning("part_does_not_answer", part=name, error=str(error))
        return when_not
    return "ok" if answers else when_not
