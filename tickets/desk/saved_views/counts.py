"""How many tickets are in each view: all in one statement, and never so long that somebody else waits for it."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b

from django.http import QueryDict
from django.utils.translation import get_language

from helpdesk.base.clock import now
from helpdesk.base.patience import TooSlow, within
from helpdesk.staff.models import User
from tickets.desk.queue.filters import Wanted
from tickets.desk.queue.selectors import count_each
from tickets.desk.saved_views.models import SavedView
from tickets.models import Event

TOGETHER_MS, ALONE_MS, ONE_BY_ONE_MS = 600, 200, 1500


def state_of(reader: User, views: Sequence[SavedView], here: int, slow: Collection[int]) -> str:
    """Differs when what the rail shows may: something happened, a minute has passed (some views ask for hours), rights or views changed."""
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
    grants = [(sorted(grant.rights), grant.part) for grant in reader.held_grants()]
    said = [(view.pk, view.revision, view.place) for view in views]
    told = repr((newest, now().replace(second=0, microsecond=0), reader.pk, grants, said, here, sorted(slow), get_language()))
    return blake2b(told.encode(), digest_size=8).hexdigest()


def counts_of(reader: User, views: Sequence[SavedView], slow: Collection[int]) -> tuple[dict[int, int], set[int]]:
    """By the views' ids the number up to the limit and one more, and those which are too slow to be counted, `slow` among them."""
    asked = {view.pk: Wanted.of(QueryDict(view.address), reader) for view in views if view.pk not in slow}
    try:
        return _within(TOGETHER_MS, reader, asked), set(slow)
    except TooSlow:
        found = _one_by_one(reader, asked)
        return found, {*slow, *(asked.keys() - found.keys())}


def _one_by_one(reader: User, asked: Mapping[int, Wanted]) -> dict[int, int]:
    """As many of them, the quickest first, as can be counted together the next time."""
    took: list[tuple[float, int, int]] = []
    begun = time.monotonic()
    for pk, wanted in asked.items():
        at = time.monotonic()
        if at - begun > ONE_BY_ONE_MS / 1000:
            break
        with suppress(TooSlow):
            count = _within(ALONE_MS, reader, {pk: wanted})[pk]
            took.append((time.monotonic() - at, pk, count))
    found, spent = {}, 0.0
    for seconds, pk, count in sorted(took):
        spent += seconds
        if spent < TOGETHER_MS / 1000:
            found[pk] = count
    return found


def _within(milliseconds: int, reader: User, asked: Mapping[int, Wanted]) -> dict[int, int]:
    with within(milliseconds / 1000):
        return {int(pk): count for pk, count in count_each(reader, {str(pk): wanted for pk, wanted in asked.items()}).items()}
