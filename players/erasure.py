"""Erasing a player: asked for, for a day taken back by a click, then done room by room until nothing of him is left.

The row says what was asked and what was done; a job does it (`helpdesk/base/jobs`). Each room (`base/personal.py`) erases in steps that
commit by themselves, and passes over what is empty already; so a worker may be killed at any point and another one goes on. When the
players' own room is done no mail finds this player any more, and the rooms erase once more what came in meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.audit.services import note_audit
from helpdesk.base import clock
from helpdesk.base.errors import Conflict
from helpdesk.base.jobs import kinds, running, verbs
from helpdesk.base.jobs.kinds import Kind, Later, Step
from helpdesk.base.jobs.models import Job
from helpdesk.base.personal import Keeper, NotYet, keepers
from helpdesk.base.sweeps import each_alone
from helpdesk.staff.models import User
from players.models import Erasure, Player
from players.selectors import open_erasure

State = Erasure.State
OPEN = (State.SCHEDULED, State.RUNNING)
KIND = "players.erasure"
NOBODY_DOES_IT = Q(job=None) | Q(job__ended_at__isnull=False)
GRACE = timedelta(hours=24)  # in which it can be taken back
SOON = timedelta(minutes=5)  # when a mail of his was just being sent


def register() -> None:
    """Called in `ready()`. Whose right it takes was asked when they asked for it: it is done even if they have left since."""
    label = gettext_lazy("Erasure of a player's data")
    kinds.register(Kind(KIND, label, _work, _says, by_itself=True, finish=_finish, tries=None, by_hand=False))


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
    _give_job(erasure)
    note_audit("players.erasure_asked", by=by, subject=kept, request=request, erasure=erasure.pk, due=erasure.due_at.isoformat())
    return erasure


def hurry(erasure: Erasure) -> Erasure:
    """Do a planned one now: the day of grace is given up."""
    Erasure.objects.filter(pk=erasure.pk, state=State.SCHEDULED).update(due_at=clock.now())
    if erasure.job:
        verbs.hurry(erasure.job)
    return erasure


@transaction.atomic
def take_back(erasure: Erasure, *, by: User | None, request: HttpRequest | None = None) -> Erasure:
    """Spare the player. Conflict when it has begun."""
    kept = Erasure.objects.select_for_update(of=("self",)).select_related("job").get(pk=erasure.pk)
    if kept.state != State.SCHEDULED:
        raise Conflict(_("It is too late: the erasure has begun."))
    kept.state, kept.ended_at = State.TAKEN_BACK, clock.now()
    kept.save(update_fields=["state", "ended_at"])
    if kept.job and not kept.job.over:
        verbs.cancel(kept.job)
    note_audit("players.erasure_taken_back", by=by, subject=("players.player", kept.player_id), request=request, erasure=kept.pk)
    return kept


def run_due() -> int:
    """Do the erasures that are due, those of the former release among them; returns how many are done."""
    adopt()
    return running.run_due(only={KIND})


def adopt() -> int:
    """Give a job to each erasure that a process of the former release has planned, or whose job ended without it; how many there were."""
    without = Erasure.objects.filter(NOBODY_DOES_IT, state__in=OPEN).order_by("pk").values_list("pk", flat=True)
    return each_alone(without[:100], _adopt, park=lambda _pk, _reason: None)


@transaction.atomic
def _adopt(pk: int) -> None:
    for erasure in Erasure.objects.select_for_update(of=("self",)).filter(NOBODY_DOES_IT, pk=pk, state__in=OPEN):
        _give_job(erasure)


def _give_job(erasure: Erasure) -> None:
    told = {"erasure": erasure.pk, "player": erasure.player_id}
    erasure.job = verbs.start(KIND, owner=None, parameters=told, total=len(list(_steps())), due_at=erasure.due_at)
    erasure.save(update_fields=["job"])


def _says(job: Job) -> str:
    return _("Player %(number)s: data to be erased") % {"number": job.parameters["player"]}


def _work(job: Job) -> Iterator[Step]:
    erasure = Erasure.objects.get(pk=job.parameters["erasure"])
    now = clock.now()
    if erasure.claimed_until and erasure.claimed_until > now:
        raise Later(erasure.claimed_until - now)
    if not Erasure.objects.filter(pk=erasure.pk, state__in=OPEN).update(state=State.RUNNING):
        return  # the player is spared
    for step, keeper in _steps():
        if step not in erasure.done:
            yield from _erase(erasure, step, keeper)


def _steps() -> Iterator[tuple[str, Keeper]]:
    rooms = keepers()
    yield from ((keeper.room, keeper) for keeper in rooms)
    yield from ((f"{keeper.room}, again", keeper) for keeper in rooms if not keeper.last)


def _erase(erasure: Erasure, step: str, keeper: Keeper) -> Iterator[Step]:
    row = Erasure.objects.filter(pk=erasure.pk)
    try:
        for emptied in keeper.erase(erasure.player_id):
            erasure.counts[keeper.room] = erasure.counts.get(keeper.room, 0) + emptied
            row.update(counts=erasure.counts)
            yield Step(changed=emptied)
    except NotYet:
        raise Later(SOON) from None
    except Exception as error:
        row.update(attempts=F("attempts") + 1, trouble=f"{step}: {type(error).__name__}"[:120])
        raise
    erasure.done.append(step)
    row.update(done=erasure.done, trouble="")
    yield Step(done=1)


def _finish(job: Job) -> None:
    """It is done, if nobody has spared the player and no worker of the former release was first."""
    for erasure in Erasure.objects.select_for_update(of=("self",)).filter(pk=job.parameters["erasure"], state=State.RUNNING):
        erasure.state, erasure.ended_at, erasure.claimed_until, erasure.trouble = State.DONE, clock.now(), None, ""
        erasure.save(update_fields=["state", "ended_at", "claimed_until", "trouble"])
        by = User.objects.filter(pk=erasure.asked_by).first() if erasure.asked_by else None  # whose deed it is, though a worker did it
        note_audit("players.erased", by=by, subject=("players.player", erasure.player_id), erasure=erasure.pk, counts=erasure.counts)
