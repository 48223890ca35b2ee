"""Erasing a player: asked for, for a day taken back by a click, then done room by room until nothing of him is left.

Each room (`base/personal.py`) erases in steps that commit by themselves, and passes over what is empty already; so a worker may be
killed at any point and another one goes on. When the players' own room is done no mail finds this player any more, and the rooms
erase once more what came in meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from math import inf

import structlog
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import note_audit
from helpdesk.base import clock
from helpdesk.base.claims import claim
from helpdesk.base.errors import Conflict
from helpdesk.base.personal import Keeper, NotYet, keepers
from helpdesk.base.turns import Turn
from helpdesk.staff.models import User
from players.models import Erasure, Player
from players.selectors import open_erasure

log = structlog.get_logger(__name__)

State = Erasure.State
GRACE = timedelta(hours=24)  # in which it can be taken back
LEASE = timedelta(minutes=10)
SOON = timedelta(minutes=5)  # when a mail of his was just being sent
PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=6)


class _Lost(Exception):
    """The lease lapsed and another worker has taken this erasure."""


@transaction.atomic
def ask(player: Player, *, by: User | None, at_once: bool = False, request: HttpRequest | None = None) -> Erasure:
    """Plan it. Nothing happens within the grace time, unless it is to be `at_once`. Conflict when it is planned or done already."""
    kept = Player.objects.select_for_update().get(pk=player.pk)
    if kept.erased_at:
        raise Conflict(_("This player's data are erased already."))
    if open_erasure(kept):
        raise Conflict(_("The erasure of this player's data is planned already."))
    now = clock.now()
    erasure = Erasure.objects.create(player=kept, asked_at=now, asked_by=by.pk if by else None, due_at=now if at_once else now + GRACE)
    note_audit("players.erasure_asked", by=by, subject=kept, request=request, erasure=erasure.pk, due=erasure.due_at.isoformat())
    return erasure


def hurry(erasure: Erasure) -> Erasure:
    """Do a planned one now: the day of grace is given up."""
    Erasure.objects.filter(pk=erasure.pk, state=State.SCHEDULED).update(due_at=clock.now())
    return erasure


@transaction.atomic
def take_back(erasure: Erasure, *, by: User | None, request: HttpRequest | None = None) -> Erasure:
    """Spare the player. Conflict when it has begun."""
    kept = Erasure.objects.select_for_update().get(pk=erasure.pk)
    if kept.state != State.SCHEDULED:
        raise Conflict(_("It is too late: the erasure has begun."))
    kept.state, kept.ended_at = State.TAKEN_BACK, clock.now()
    kept.save(update_fields=["state", "ended_at"])
    note_audit("players.erasure_taken_back", by=by, subject=("players.player", kept.player_id), request=request, erasure=kept.pk)
    return kept


def run_due(*, seconds: float = inf) -> int:
    """Do what is due, one after the other, until the time is up; returns how many are done. One that fails holds none of the others up."""
    done, turn = 0, Turn(seconds)
    while turn.lasts():
        due = Erasure.objects.filter(state__in=[State.SCHEDULED, State.RUNNING], due_at__lte=clock.now()).order_by("due_at", "pk")
        taken = claim(due, limit=1, lease=LEASE)
        if not taken:
            break
        done += _run(taken[0], turn)
    return done


def _run(pk: int, turn: Turn) -> bool:
    """Go on with a claimed erasure. True when it is done."""
    erasure = Erasure.objects.get(pk=pk)
    Erasure.objects.filter(pk=pk, state=State.SCHEDULED).update(state=State.RUNNING)
    room = ""
    try:
        for room, keeper in _steps():
            if room not in erasure.done:
                _erase(erasure, room, keeper)
            if not turn.lasts():
                _wait(erasure, timedelta())
                return False
        return _finish(erasure)
    except _Lost:
        return False
    except NotYet:
        _wait(erasure, SOON)
    except Exception as error:
        log.exception("erasure_failed", erasure=pk, room=room)
        erasure.attempts += 1
        _wait(erasure, min(PAUSE * erasure.attempts, LONGEST_PAUSE), trouble=f"{room}: {type(error).__name__}")
    return False


def _steps() -> Iterator[tuple[str, Keeper]]:
    rooms = keepers()
    yield from ((keeper.room, keeper) for keeper in rooms)
    yield from ((f"{keeper.room}, again", keeper) for keeper in rooms if not keeper.last)


def _erase(erasure: Erasure, step: str, keeper: Keeper) -> None:
    for emptied in keeper.erase(erasure.player_id):
        erasure.counts[keeper.room] = erasure.counts.get(keeper.room, 0) + emptied
        _hold(erasure)
    erasure.done.append(step)
    _hold(erasure)


def _hold(erasure: Erasure) -> None:
    """Note how far it is, and keep the lease while it goes on."""
    mine = Erasure.objects.filter(pk=erasure.pk, claimed_until=erasure.claimed_until)
    erasure.claimed_until = clock.now() + LEASE
    if not mine.update(claimed_until=erasure.claimed_until, counts=erasure.counts, done=erasure.done):
        raise _Lost


def _wait(erasure: Erasure, pause: timedelta, *, trouble: str = "") -> None:
    Erasure.objects.filter(pk=erasure.pk, claimed_until=erasure.claimed_until).update(
        due_at=clock.now() + pause, claimed_until=None, attempts=erasure.attempts, trouble=trouble[:120]
    )


@transaction.atomic
def _finish(erasure: Erasure) -> bool:
    mine = Erasure.objects.filter(pk=erasure.pk, claimed_until=erasure.claimed_until)
    if not mine.update(state=State.DONE, ended_at=clock.now(), claimed_until=None, trouble=""):
        return False
    by = User.objects.filter(pk=erasure.asked_by).first() if erasure.asked_by else None  # whose deed it is, though a worker did it
    note_audit("players.erased", by=by, subject=("players.player", erasure.player_id), erasure=erasure.pk, counts=erasure.counts)
    return True
