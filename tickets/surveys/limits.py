"""How often the public door may be knocked at. Counted per window in the shared cache; a cache that is down lets people in."""

from __future__ import annotations

import hashlib

import structlog
from django.core.cache import cache
from django.db import DatabaseError, transaction

from helpdesk.base import clock

log = structlog.get_logger(__name__)


def too_often(door: str, who: str, *, times: int, seconds: int) -> bool:
    """Whether `who` came to `door` more than `times` within the present window of `seconds`. Counts this visit."""
    window = int(clock.now().timestamp()) // seconds
    key = f"knock:{door}:{window}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
    try:
        with transaction.atomic():
            if cache.add(key, 1, timeout=seconds):
                return False
            return int(cache.incr(key)) > times
    except ValueError:  # the window closed between the two
        return False
    except DatabaseError:
        log.warning("knock_not_counted", door=door)
        return False
