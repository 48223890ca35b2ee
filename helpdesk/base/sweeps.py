"""A sweep takes each of its rows alone: what one row raises stops no other. Whose row it was is told, and parks it.

Ids are read first and rows one by one, since a list dies as a whole when one of its rows cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, ProgrammingError, connection

from helpdesk.base.errors import Conflict
from helpdesk.base.text import reason_of
from helpdesk.base.turns import Turn

log = structlog.get_logger(__name__)

NOT_THE_ROWS = (OperationalError, InterfaceError, ProgrammingError, Conflict)  # a deadlock, a restart, old code before new tables


def each_alone(pks: Iterable[int], work: Callable[[int], object], *, park: Callable[[int, str], object], turn: Turn | None = None) -> int:
    """Do `work` for each id while the turn lasts; returns how many were taken up.

    What a row raises goes to `park` with its reason, and the next one follows. What is not the row's fault is logged and left for the
    next tick. Only a lost database and the worker's own time limit end the sweep; of the second the row is to blame, so it is parked too.
    """
    taken, turn = 0, turn or Turn()
    for pk in pks:
        if not turn.lasts():
            break
        taken += 1
        try:
            work(pk)
        except NOT_THE_ROWS as error:
            log.warning("row_passed_over", row=pk, error=reason_of(error))
            if not _database_answers():
                raise
        except Exception as error:
            log.exception("row_parked", row=pk)
            _put_aside(pk, error, park)
            if isinstance(error, SoftTimeLimitExceeded):
                raise
    return taken


def together(pks: Collection[int], work: Callable[[Collection[int]], object], *, park: Callable[[int, str], object]) -> None:
    """Do `work` for all of these at once; where that fails each by itself, as `each_alone` does it."""
    try:
        work(pks)
    except NOT_THE_ROWS:
        raise
    except Exception as error:
        log.warning("rows_fall_apart", rows=len(pks), error=reason_of(error))
        each_alone(sorted(pks), lambda pk: work([pk]), park=park)


def _put_aside(pk: int, error: Exception, park: Callable[[int, str], object]) -> None:
    """Even a row that cannot be parked stops nobody: it comes again at the next tick."""
    try:
        park(pk, reason_of(error))
    except Exception:
        log.exception("row_not_parked", row=pk)
        if not _database_answers():
            raise


def _database_answers() -> bool:
    return connection.in_atomic_block or connection.is_usable()
