"""The only clock. Everything that asks for the time asks here, so that a demo or a test may travel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_travelled: ContextVar[datetime | None] = ContextVar("travelled", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _travelled.get() or datetime.now(UTC)


def seconds_between(start: datetime, end: datetime) -> int:
    """Whole seconds from one moment to a later one; 0 where it is not later."""
    return max(0, int((end - start).total_seconds()))


@contextmanager
def travel(to: datetime) -> Iterator[None]:
    """Within the block, `now()` is `to`. Nests; one thread or task only."""
    if to.tzinfo is None:
        raise ValueError("travel() needs an aware datetime")
    token = _travelled.set(to.astimezone(UTC))
    try:
        yield
    finally:
        _travelled.reset(token)
