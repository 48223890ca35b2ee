"""How often one may ask at a public door. Counted in the database, so that all web processes count together, by one statement
that no race can fool; Django's database cache can do neither: its `incr` loses counts, and it throws live ones away.

A flood costs few writes: who is over the limit is remembered in the process until the window ends, and doors that are asked at
often by right count in strides. A database that is down lets people in.
"""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address

import structlog
from django.db import DatabaseError, connection, transaction

from helpdesk.base import clock
from helpdesk.base.models import RateLimitWindow

log = structlog.get_logger(__name__)

MOST_REMEMBERED = 20_000  # keys in a process
SWEEP_EACH = 200  # one new key in so many also sweeps away the windows that are over
IPV6_NETWORK = 64  # bits; one household has all addresses of such a network

_lock = threading.Lock()
_shut: set[str] = set()
_not_yet_counted: dict[str, int] = {}


def too_often(door: str, who: str, *, times: int, seconds: int, stride: int = 1) -> bool:
    """Whether `who` came to `door` more than `times` within the present window of `seconds`. Counts this visit.

    With a `stride` only each so many visits of a process are written down, at once: the limit is then exact to a stride.
    """
    key, until = _key(door, who, seconds)
    with _lock:
        if key in _shut:
            return True
        if stride > 1 and not _stride_is_full(key, stride):
            return False
    over = _count(key, stride, until) > times
    if over:
        _remember(key)
    return over


def is_shut(door: str, who: str, *, seconds: int) -> bool:
    """Whether this process knows that `who` is over the limit of `door`. Counts nothing and asks nobody."""
    with _lock:
        return _key(door, who, seconds)[0] in _shut


def network(address: str) -> str:
    """Whom to count: the address, or the network that one household has for itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address or "unknown"
    if isinstance(found, IPv6Address):
        return f"{IPv6Address(int(found) >> (128 - IPV6_NETWORK) << (128 - IPV6_NETWORK))}/{IPV6_NETWORK}"
    return str(found)


def forget() -> None:
    """What the process remembers; for tests."""
    with _lock:
        _shut.clear()
        _not_yet_counted.clear()


def _key(door: str, who: str, seconds: int) -> tuple[str, datetime]:
    window = int(clock.now().timestamp()) // seconds
    digest = hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()[:32]
    return f"{door}:{window}:{digest}", datetime.fromtimestamp((window + 1) * seconds, UTC)


def _stride_is_full(key: str, stride: int) -> bool:
    if len(_not_yet_counted) > MOST_REMEMBERED:
        _not_yet_counted.clear()
    _not_yet_counted[key] = _not_yet_counted.get(key, 0) + 1
    if _not_yet_counted[key] < stride:
        return False
    del _not_yet_counted[key]
    return True


def _remember(key: str) -> None:
    with _lock:
        if len(_shut) > MOST_REMEMBERED:
            _shut.clear()
        _shut.add(key)


def _count(key: str, visits: int, until: datetime) -> int:
    """The visits of this window, these included; 0 when they cannot be counted."""
    table = RateLimitWindow._meta.db_table
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (key, visits, until) VALUES (%s, %s, %s)"
                f" ON CONFLICT (key) DO UPDATE SET visits = {table}.visits + EXCLUDED.visits RETURNING id, visits",
                [key, visits, until],
            )
            pk, counted = cursor.fetchone()
            if counted == visits and pk % SWEEP_EACH == 0:
                RateLimitWindow.objects.filter(until__lt=clock.now()).delete()
            return int(counted)
    except DatabaseError:
        log.warning("visit_not_counted", door=key.partition(":")[0])
        return 0
