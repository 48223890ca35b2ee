"""Timers are rows. Workers claim due ones in batches, check again that the reason still holds, act and record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

import structlog
from django.db import transaction

from helpdesk.base import clock
from helpdesk.base.claims import claim
from helpdesk.base.queue import gathering
from helpdesk.base.sweeps import each_alone
from helpdesk.base.text import reason_of
from helpdesk.base.turns import Turn
from tickets.locks import lock_many
from tickets.models import LifecycleRule, Ticket, Timer
from tickets.parked import park_timer

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 500
PAUSE = timedelta(minutes=5)
MOST_ATTEMPTS = 5  # of a timer that raises, with growing pauses; then it is parked

Due = tuple[Ticket, Timer]


@dataclass(frozen=True, slots=True)
class TimerKind:
    """`fire` gets locked tickets with their due timers; it acts on those whose reason still holds and passes over the others.

    `freezes`: it stands still while the ticket is on hold. `business`: its time is the game's support hours, and so is what is left of it.
    `words`: what will happen, as (icon, words before the moment), for “what happens next”; None is not told.
    """

    name: str
    fire: Callable[[Sequence[Due]], None]
    freezes: bool
    business: bool
    words: Callable[[Timer], tuple[str, str]] | None


_kinds: dict[str, TimerKind] = {}


def register(
    name: str,
    fire: Callable[[Sequence[Due]], None],
    *,
    freezes: bool = False,
    business: bool = False,
    words: Callable[[Timer], tuple[str, str]] | None = None,
) -> None:
    """Add a kind, in `AppConfig.ready()` of its room."""
    _kinds[name] = TimerKind(name, fire, freezes, business, words)


def kind_of(timer: Timer) -> TimerKind | None:
    """The timer's kind, or None where no room of this release knows it."""
    return _kinds.get(timer.name)


@dataclass(frozen=True, slots=True)
class TimerRequest:
    """A timer to be set: when it is due, since when it counts, by which rule and from which event.

    `ref` tells several of one kind in one ticket apart: the id of what each is about.
    """

    ticket: Ticket
    due: datetime
    since: datetime
    rule: LifecycleRule | None = None
    anchor_event_id: int | None = None
    ref: int = 0


def arm(ticket: Ticket, kind: str, due: datetime, *, anchor_event_id: int | None = None, ref: int = 0) -> Timer:
    """Set the ticket's timer of this kind (and `ref`), in place of the one that ran before. The ticket's lock must be held."""
    return arm_many([TimerRequest(ticket, due, clock.now(), anchor_event_id=anchor_event_id, ref=ref)], kind)[0]


def due_after(ticket: Ticket, kind: str, amount: timedelta, since: datetime) -> datetime:
    """When a timer of this kind is due that runs for so long: by the clock, or by the game's support hours."""
    return _due(ticket, _kinds[kind], amount, since)


def _due(ticket: Ticket, kind: TimerKind | None, amount: timedelta, since: datetime) -> datetime:
    return ticket.game.calendar.add(since, amount) if kind and kind.business else since + amount


def _left(ticket: Ticket, kind: TimerKind | None, due: datetime, now: datetime) -> timedelta:
    return ticket.game.calendar.between(now, due) if kind and kind.business else max(due - now, timedelta())


def arm_many(requests: Iterable[TimerRequest], kind: str) -> list[Timer]:
    """`arm` for many tickets in one statement. A freezing timer of a ticket on hold begins standing still."""
    now, known = clock.now(), _kinds[kind]
    timers = [
        Timer(
            ticket=request.ticket,
            kind=Timer.key(kind, request.ref),
            freezes=known.freezes,
            rule=request.rule,
            anchor_event_id=request.anchor_event_id,
            armed_at=request.since,
            **(
                {"left": _left(request.ticket, known, request.due, now), "due_at": None}
                if known.freezes and request.ticket.on_hold
                else {"due_at": request.due, "left": None}
            ),
        )
        for request in requests
    ]
    return Timer.objects.bulk_create(
        timers,
        update_conflicts=True,
        unique_fields=["ticket", "kind"],
        update_fields=[
            "due_at",
            "left",
            "freezes",
            "rule",
            "anchor_event_id",
            "armed_at",
            "claimed_until",
            "parked_at",
            "attempts",
            "error",
        ],
    )


def disarm(tickets: Iterable[Ticket], kind: str, *, ref: int = 0) -> None:
    """No timer of this kind (and `ref`) runs on these tickets any more."""
    Timer.objects.filter(ticket__in=list(tickets), kind=Timer.key(kind, ref)).delete()


def freeze(tickets: Sequence[Ticket]) -> None:
    """The tickets went on hold: their freezing timers keep what is left of their time."""
    now, rows = clock.now(), {ticket.pk: ticket for ticket in tickets}
    standing = list(Timer.objects.filter(ticket__in=tickets, freezes=True, due_at__isnull=False))
    for timer in standing:
        assert timer.due_at
        timer.left = _left(rows[timer.ticket_id], kind_of(timer), timer.due_at, now)
        timer.due_at, timer.claimed_until = None, None
    Timer.objects.bulk_update(standing, ["left", "due_at", "claimed_until"])


def thaw(tickets: Sequence[Ticket]) -> None:
    """The tickets left their hold: what was left runs on from now."""
    now, rows = clock.now(), {ticket.pk: ticket for ticket in tickets}
    running = list(Timer.objects.filter(ticket__in=tickets, freezes=True, left__isnull=False))
    for timer in running:
        assert timer.left is not None
        timer.due_at, timer.left = _due(rows[timer.ticket_id], kind_of(timer), timer.left, now), None
    Timer.objects.bulk_update(running, ["left", "due_at"])


def fire_due(*, most: int = 50_000, seconds: float = inf, game: int | None = None) -> int:
    """Fire what is due until nothing is left, `most` were taken or the time is up; returns how many timers were taken.

    `game`: of its tickets alone, for who has a clock of its own.
    """
    taken, turn = 0, Turn(seconds)
    wanted = Timer.objects.alias(kind_name=Timer.NAME).filter(kind_name__in=list(_kinds), parked_at=None)
    if game is not None:
        wanted = wanted.filter(ticket__game=game)
    with gathering():  # a nudge for each batch would put as many turns of their hearers before the others in the queue
        while taken < most and turn.lasts():
            pks = claim(wanted.filter(due_at__lte=clock.now()).order_by("due_at"), limit=BATCH, lease=LEASE)
            if not pks:
                break
            taken += len(pks)
            _fire(pks)
    return taken


def _fire(pks: list[int]) -> None:
    """The whole batch in one transaction; if it fails, each alone, so that one bad ticket does not stop the others."""
    try:
        _fire_together(pks)
    except Exception as error:
        log.warning("timers_fall_apart", timers=len(pks), error=reason_of(error))
        each_alone(pks, lambda pk: _fire_together([pk]), park=_failed)


def _failed(pk: int, reason: str) -> None:
    """The next try after a growing pause, at last parked. The ticket may have set it anew meanwhile: then it is not this one."""
    log.warning("timer_failed", timer=pk, error=reason)
    still_due = Timer.objects.filter(pk=pk, due_at__lte=clock.now())
    attempts = still_due.values_list("attempts", flat=True).first()
    if attempts is None:
        return
    still_due.update(attempts=attempts + 1)
    if attempts + 1 >= MOST_ATTEMPTS:
        park_timer(pk, reason)
    else:
        still_due.update(due_at=clock.now() + PAUSE * (attempts + 1), claimed_until=None, error=reason)


@transaction.atomic
def _fire_together(pks: list[int]) -> None:
    wanted = Timer.objects.filter(pk__in=pks).values_list("ticket_id", flat=True)
    tickets = {ticket.pk: ticket for ticket in lock_many(wanted)}
    still_due = Timer.objects.filter(pk__in=pks, due_at__lte=clock.now()).order_by("due_at", "pk")
    by_kind: dict[str, list[Due]] = defaultdict(list)
    for timer in still_due.filter(parked_at=None):
        by_kind[timer.name].append((tickets[timer.ticket_id], timer))
    Timer.objects.filter(pk__in=[timer.pk for due in by_kind.values() for _ticket, timer in due]).delete()
    for kind, due in by_kind.items():
        _kinds[kind].fire(due)
