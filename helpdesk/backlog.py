"""What should have been done by now, kind by kind: how many pieces, and how long the oldest has waited. The numbers for Prometheus and
the parts of `/readyz` are read here, from the rows.

Ages are reckoned by the database and end at our earliest moment, so that no row can spoil them. Parked work is counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Count, F, Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest

from helpdesk.base import outward, relay
from helpdesk.base.bounds import EARLIEST
from helpdesk.staff.models import StaffMail, StaffMailState
from tickets.models import Delivery, Lane, Message, Timer

SOON, LATER = timedelta(minutes=2), timedelta(minutes=30)


class Waiting(NamedTuple):
    """In seconds and in pieces. An age of 0 means that nothing is late."""

    seconds: float
    pieces: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """One kind of due work. `part` is its name in `/readyz`, `patience` the age past which that part is degraded.

    `since` tells from which moment a row has waited; `outward`: it leaves the house, and stands still while nothing may.
    """

    part: str
    patience: timedelta
    rows: Callable[[datetime], QuerySet[Any]]
    since: Any
    outward: bool = False

    def waiting(self, at: datetime) -> Waiting:
        """How many seconds the oldest piece has waited at `at` (0.0 when none does), and how many wait. What is parked does not count."""
        rows = self.rows(at).filter(parked_at=None).order_by()
        found = rows.aggregate(oldest=Min(Greatest(self.since, Value(EARLIEST))), pieces=Count("pk"))
        return Waiting(max(0.0, (at - found["oldest"]).total_seconds()) if found["oldest"] else 0.0, found["pieces"])


def _messages(at: datetime) -> QuerySet[Any]:
    """Those whose time has come, and those that were tried already and wait for their next try."""
    return Message.objects.filter(Q(leaves_at__lte=at) | Q(first_tried_at__isnull=False), state=Message.State.QUEUED)


def _raw_mails(at: datetime) -> QuerySet[Any]:
    rows: QuerySet[Any] = apps.get_model("mail", "RawMail")._default_manager.filter(processed_at=None)
    return rows


def _deliveries(lane: Lane) -> Callable[[datetime], QuerySet[Any]]:
    return lambda _at: Delivery.objects.filter(lane=lane)


BACKLOGS: Mapping[str, Backlog] = {  # by their names among the numbers
    "message": Backlog("outgoing_mail", SOON, _messages, Coalesce(F("first_tried_at"), F("leaves_at")), outward=True),
    "letter": Backlog(
        "letters", timedelta(minutes=10), lambda at: StaffMail.objects.filter(state=StaffMailState.QUEUED), F("queued_at"), outward=True
    ),
    "raw_mail": Backlog("raw_mail", SOON, _raw_mails, F("received_at")),
    "timer": Backlog("timers", LATER, lambda at: Timer.objects.filter(due_at__lte=at), F("due_at")),
    "delivery_now": Backlog("deliveries_now", SOON, _deliveries(Lane.NOW), F("event__recorded_at")),
    "delivery_bulk": Backlog("deliveries_bulk", LATER, _deliveries(Lane.BULK), F("event__recorded_at")),
}


def due_work(at: datetime) -> dict[str, Waiting]:
    """Everything that should have been done by now, by its kind."""
    return {name: backlog.waiting(at) for name, backlog in BACKLOGS.items()}


def parts(at: datetime) -> dict[str, str]:
    """Each kind of work as a part of `/readyz`: ok, or degraded when the oldest piece is too old; what may not leave is “off”."""
    off = outward.is_off()
    found = {"outward": "off" if off else "ok", "relay": "degraded" if relay.away() else "ok"}
    for backlog in BACKLOGS.values():
        late = backlog.waiting(at).seconds > backlog.patience.total_seconds()
        found[backlog.part] = "off" if off and backlog.outward else "degraded" if late else "ok"
    return found
