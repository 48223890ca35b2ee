"""The core's parked work: messages, timers and deliveries that the sweeps stumbled over, and what a person may do about each.

Writes go past the rows' own services where they must: what is parked may be just what those cannot read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from helpdesk.base import clock
from helpdesk.base.parking import announce
from tickets.models import Delivery, Message, Timer

State = Message.State
ON_THE_WAY = (State.QUEUED, State.SENDING, State.HANDED)


def park_message(pk: int, reason: str) -> None:
    """Put a message aside. One whose words may have left stays `handed` meanwhile: it is never sent again by itself."""
    if Message.objects.filter(pk=pk, state__in=ON_THE_WAY).update(parked_at=clock.now(), error=reason):
        announce("message")


def park_timer(pk: int, reason: str) -> None:
    """It is not tried again until a person says so. Nothing happens where it is gone."""
    if Timer.objects.filter(pk=pk).update(parked_at=clock.now(), claimed_until=None, error=reason):
        announce("timer")


def park_delivery(pk: int, reason: str) -> None:
    """It is not tried again until a person says so. Nothing happens where it is gone."""
    if Delivery.objects.filter(pk=pk).update(parked_at=clock.now(), claimed_until=None, error=reason):
        announce("delivery")


def retry_messages(pks: Iterable[int]) -> int:
    """Back to the sweep: at once, or (what a worker had in hand) to the one that looks after killed workers' messages."""
    now, parked = clock.now(), Message.objects.filter(pk__in=list(pks), parked_at__isnull=False)
    waiting = parked.filter(state=State.QUEUED).update(parked_at=None, leaves_at=now, attempts=0, error="")
    return waiting + parked.filter(state__in=ON_THE_WAY).update(parked_at=None, claimed_until=now)


def retry_timers(pks: Iterable[int]) -> int:
    """Due at once, as if never tried. Returns how many there were."""
    now, parked = clock.now(), Timer.objects.filter(pk__in=list(pks), parked_at__isnull=False)
    return parked.update(parked_at=None, claimed_until=None, attempts=0, error="", due_at=now, left=None)


def dismiss_timer(pk: int) -> bool:
    """What it would have done is not done."""
    return Timer.objects.filter(pk=pk, parked_at__isnull=False).delete()[0] == 1


def tickets_of(rows: QuerySet[Any], pks: list[int]) -> dict[int, int]:
    return {pk: ticket for pk, ticket in rows.filter(pk__in=pks).values_list("pk", "ticket_id") if ticket}
