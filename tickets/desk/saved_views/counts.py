"""How many tickets are in each view: all in one statement, and never so long that somebody else waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from hashlib import blake2b

from django.db import OperationalError, connection, transaction
from django.http import QueryDict
from django.utils.translation import get_language
from psycopg.errors import QueryCanceled

from helpdesk.base.clock import now
from helpdesk.staff.models import User
from tickets.desk.queue.filters import Wanted
from tickets.desk.queue.selectors import count_each
from tickets.desk.saved_views.models import SavedView
from tickets.models import Event

TOGETHER_MS, ALONE_MS, ONE_BY_ONE_S = 600, 200, 1.5
SLOW_FOR = timedelta(minutes=10)


class TooSlow(Exception):
    """The database was told to stop."""


def state_of(reader: User, views: Sequence[SavedView], here: int) -> str:
    """Differs when what the rail shows may: something happened, a minute has passed (some views ask for hours), rights or views changed."""
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
    grants = [(sorted(grant.rights), grant.part) for grant in reader.held_grants()]
    said = [(view.pk, view.revision, view.place, view.is_slow) for view in views]
    told = repr((newest, now().replace(second=0, microsecond=0), reader.pk, grants, said, here, get_language()))
    return blake2b(told.encode(), digest_size=8).hexdigest()


def counts_of(reader: User, views: Sequence[SavedView]) -> dict[int, int | None]:
    """By the views' ids, the number up to the limit and one more; None: too slow to be counted. What is missing was not reached."""
    asked = {view.pk: Wanted.of(QueryDict(view.address), reader) for view in views if not view.is_slow}
    counted: dict[int, int | None] = {view.pk: None for view in views if view.is_slow}
    try:
        return counted | _within(TOGETHER_MS, reader, asked)
    except TooSlow:
        return counted | _one_by_one(reader, asked)


def _one_by_one(reader: User, asked: Mapping[int, Wanted]) -> dict[int, int | None]:
    """Which of them it is that takes so long; that one is left alone for a while."""
    found: dict[int, int | None] = {}
    end = time.monotonic() + ONE_BY_ONE_S
    for pk, wanted in asked.items():
        if time.monotonic() > end:
            break
        try:
            found |= _within(ALONE_MS, reader, {pk: wanted})
        except TooSlow:
            found[pk] = None
    SavedView.objects.filter(pk__in=[pk for pk, count in found.items() if count is None]).update(slow_until=now() + SLOW_FOR)
    return found


def _within(milliseconds: int, reader: User, asked: Mapping[int, Wanted]) -> dict[int, int | None]:
    with _patience(milliseconds):
        return {int(pk): count for pk, count in count_each(reader, {str(pk): wanted for pk, wanted in asked.items()}).items()}


@contextmanager
def _patience(milliseconds: int) -> Iterator[None]:
    """A transaction whose statements may take so long and no longer: TooSlow."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from error
        raise
