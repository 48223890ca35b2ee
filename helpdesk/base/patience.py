"""A time limit for a few statements: what strangers or operators type may ask for more work than a page is worth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import QueryCanceled

from helpdesk.base.errors import DomainError


class TooSlow(DomainError):
    """It took longer than it may."""


@contextmanager
def within(seconds: float, *, by_index: bool = False) -> Iterator[None]:
    """Each statement of the block may take so long. Raises TooSlow; the block's transaction is undone then.

    `by_index`: no table is read from its beginning to its end where an index leads to its rows, whatever the planner thinks of it.
    """
    outermost = not connection.in_atomic_block
    try:
        with transaction.atomic():
            _set(f"{round(seconds * 1000)}ms", "off" if by_index else "on")
            yield
            if not outermost:
                _set("0", "on")
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow(_("That would take too long. Narrow it: add a word, or a field such as game: or created:")) from error
        raise


def _set(limit: str, scans: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', %s, true)", [limit, scans])
