"""One switch for all that leaves the house: what would be sent waits, nothing is lost and nothing fails.

It is off by the setting `OUTWARD=off`, by `manage.py outward off`, or because the database was restored: it lies in another place than
the one in which somebody last said that it may speak to the world, and what left after the backup would leave once more. Whoever sends
anything asks `is_off()` first, and registers what of its own waits.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Min, QuerySet, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.models import Outward

LATELY = 5.0  # seconds for which a page believes what it has read
RECIPIENTS_LISTED = 10
_PLACE = "SELECT (SELECT system_identifier FROM pg_control_system()), (SELECT oid FROM pg_database WHERE datname = current_database())"


class Standing(TextChoices):
    """Whether things leave, and why not."""

    ON = "on", _("Everything leaves as it should.")
    SETTING = "setting", _("The setting OUTWARD is off.")
    SWITCH = "switch", _("It was switched off with “manage.py outward off”.")
    RESTORED = "restored", _("This database was restored or moved: look at what waits, then run “manage.py outward on”.")


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that leaves: the rows that are due or wait to be, since when (a column), and to whom (a column)."""

    name: str
    label: str | Promise
    waiting: Callable[[], QuerySet[Any]]
    since: str
    to: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of one kind waits. Recipients are masked, those with most first."""

    kind: Kind
    pieces: int
    oldest: datetime | None
    recipients: list[tuple[str, int]]


_kinds: dict[str, Kind] = {}
_lately: list[tuple[float, Standing]] = []


def register(kind: Kind) -> None:
    """Add a kind, in `AppConfig.ready()` of the room that sends it."""
    _kinds[kind.name] = kind


def standing() -> Standing:
    """As it is now. The first time anybody asks in a new desk's database, that database is taken for the right one."""
    if not settings.OUTWARD:
        return Standing.SETTING
    here, row = _place(), Outward.objects.filter(pk=1).first()
    if row is None:
        Outward.objects.bulk_create([Outward(pk=1, place=here)], ignore_conflicts=True)
        return Standing.ON
    if not row.is_on:
        return Standing.SWITCH
    return Standing.ON if row.place == here else Standing.RESTORED


def is_off() -> bool:
    """Whether nothing may leave now."""
    return standing() != Standing.ON


def standing_lately() -> Standing:
    """As it was a moment ago, for what is drawn on every page."""
    at = time.monotonic()
    if not _lately or at - _lately[0][0] > LATELY:
        _lately[:] = [(at, standing())]
    return _lately[0][1]


def switch(on: bool) -> None:
    """Say whether things may leave this database. The setting stands above it."""
    Outward.objects.update_or_create(pk=1, defaults={"place": _place(), "is_on": on, "changed_at": clock.now()})
    forget()


def forget() -> None:
    """What the process believes; for tests."""
    _lately.clear()


def pieces() -> dict[str, int]:
    """How many of each kind wait."""
    return {name: kind.waiting().order_by().count() for name, kind in sorted(_kinds.items())}


def waiting() -> list[Waiting]:
    """What would leave if it might, kind by kind."""
    found = []
    for _name, kind in sorted(_kinds.items()):
        rows = kind.waiting().order_by()
        to = Counter(masked(address) for address in rows.values_list(kind.to, flat=True).iterator())
        found.append(Waiting(kind, to.total(), rows.aggregate(oldest=Min(kind.since))["oldest"], to.most_common(RECIPIENTS_LISTED)))
    return found


def masked(address: str) -> str:
    """An address that tells who knows it, and nobody else: “k…7@p…g.example”."""
    local, _at, domain = address.rpartition("@")
    name, dot, rest = domain.rpartition(".")
    return f"{_ends(local)}@{_ends(name)}.{rest}" if dot else f"{_ends(local)}@{_ends(domain)}"


def _ends(word: str) -> str:
    return f"{word[0]}…{word[-1]}" if len(word) > 3 else "…"


def _place() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_PLACE)
        cluster, database = cursor.fetchone()
    return f"{cluster}:{database}"
