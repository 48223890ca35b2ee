"""Doing jobs: one short step after the other, each saved with its progress, so that a worker may be killed at any point.

A worker holds a job by a lease. Whoever pauses or cancels it, or takes it over when the lease has lapsed, makes the step that is under way
fail at its end: it is undone as a whole. Jobs take turns, so that a long one holds up no short one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import timedelta
from math import inf

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import translation

from helpdesk.base import clock, parking
from helpdesk.base.claims import claim
from helpdesk.base.crash import crash_point
from helpdesk.base.errors import Conflict
from helpdesk.base.jobs import verbs
from helpdesk.base.jobs.kinds import Kind, Later, Outcome, Step, find, owner_of, registered
from helpdesk.base.jobs.models import REASON, Job, JobPart
from helpdesk.base.text import reason_of
from helpdesk.base.turns import Turn

log = structlog.get_logger(__name__)

State = Job.State
LOT = "job"
LEASE = timedelta(minutes=10)
SLICE = 2.0  # seconds for which a job is gone on with before the next one has its turn
PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
KILLED = "Its worker was killed at this step."


class _Lost(Exception):
    """It was paused, cancelled, or the lease lapsed and another worker has taken it."""


def run_due(*, seconds: float = inf, only: Collection[str] = ()) -> int:
    """Do what is due (`only` of these kinds) until the time is up; returns how many came to their end. One that fails stops no other."""
    ended, turn, known = 0, Turn(seconds), [name for name in registered() if not only or name in only]
    while turn.lasts():
        due = Job.objects.filter(state__in=[State.WAITING, State.RUNNING], due_at__lte=clock.now(), kind__in=known)
        taken = claim(due.order_by("due_at", "pk"), limit=1, lease=LEASE, counting="attempts")
        if not taken:
            break
        ended += _take_up(taken[0], turn)
    return ended


def over_parts(job: Job, deal: Callable[[list[int]], Outcome]) -> Iterator[Step]:
    """The work of a kind whose jobs are given ids: `deal` does those of a part, a step each. Ids in no outcome were passed over."""
    open_parts = JobPart.objects.filter(job=job, done_at=None).order_by("place")
    while part := open_parts.first():
        outcome = deal(part.ids)
        part.changed, part.refused, part.done_at = outcome.changed, outcome.refused, clock.now()
        part.save(update_fields=["changed", "refused", "done_at"])
        changed, refused = len(outcome.changed), sum(map(len, outcome.refused.values()))
        yield Step(len(part.ids), changed, refused, len(part.ids) - changed - refused)


def _take_up(pk: int, turn: Turn) -> bool:
    """Go on with a claimed job for its slice. True when it has come to its end."""
    job = Job.objects.get(pk=pk)
    kind = find(job.kind)
    if kind is None:
        return False
    if kind.tries is not None and job.attempts > kind.tries:
        return _park(job, job.reason or KILLED)
    owner = owner_of(job, kind)
    if not (owner.is_open and owner.may):
        return _stop(job, Job.Why.RIGHT if owner.is_open else Job.Why.ACCOUNT)
    with translation.override(owner.language):
        return _run(job, kind, turn)


def _run(job: Job, kind: Kind, turn: Turn) -> bool:
    if not _mine(job, State.WAITING, State.RUNNING).update(state=State.RUNNING, started_at=Coalesce("started_at", clock.now())):
        return False
    try:
        return _go_on(job, kind, turn)
    except _Lost:
        return False
    except Later as later:
        _wait(job, later.pause)
    except Exception as error:
        log.exception("job_failed", job=job.pk, kind=kind.name)
        _failed(job, kind, reason_of(error))
        if isinstance(error, SoftTimeLimitExceeded):
            raise
    return False


def _go_on(job: Job, kind: Kind, turn: Turn) -> bool:
    steps, own = kind.work(job), Turn(SLICE)
    while _step(job, kind, steps):
        job.attempts = 0
        if not (kind.in_one_go or (own.lasts() and turn.lasts())):
            _wait(job, timedelta())
            return False
    return True


def _step(job: Job, kind: Kind, steps: Iterator[Step]) -> bool:
    """One step and its progress, saved together. False when it was the end."""
    step = next(steps, None) if kind.by_itself else None
    until = clock.now() + LEASE
    with transaction.atomic(durable=True):
        step = step if kind.by_itself else next(steps, None)
        crash_point("job.step_done")
        saved = {"cursor": job.cursor, "total": job.total, "attempts": 0, "reason": "", "claimed_until": until}
        if step is None:
            kind.finish(job)
            result = {"result": job.result, "result_name": job.result_name, "result_until": job.result_until}
            saved |= {"state": State.DONE, "ended_at": clock.now(), "claimed_until": None, **result}
        else:
            saved |= {name: F(name) + getattr(step, name) for name in ("done", "changed", "refused", "skipped")}
        if not _mine(job, State.RUNNING).update(**saved):
            raise _Lost
    job.claimed_until = until
    return step is not None


def _mine(job: Job, *states: State) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state__in=states, claimed_until=job.claimed_until)


def _wait(job: Job, pause: timedelta) -> None:
    """Give it back: the next turn comes after `pause`, and behind those that wait already. Nothing went wrong."""
    _mine(job, State.RUNNING).update(due_at=clock.now() + pause, claimed_until=None, attempts=0)


def _failed(job: Job, kind: Kind, reason: str) -> None:
    attempts = max(job.attempts, 1)
    if kind.tries is not None and attempts >= kind.tries:
        _park(job, reason)
        return
    pause = min(PAUSE * 2 ** min(attempts - 1, 16), LONGEST_PAUSE)
    waits = {"due_at": clock.now() + pause, "claimed_until": None, "attempts": attempts, "reason": reason[:REASON]}
    _mine(job, State.RUNNING).update(**waits)


def _park(job: Job, reason: str) -> bool:
    stands = {"state": State.PARKED, "parked_at": clock.now(), "claimed_until": None, "reason": reason[:REASON]}
    if _mine(job, State.WAITING, State.RUNNING).update(**stands):
        parking.announce(LOT)
    return False


def _stop(job: Job, why: Job.Why) -> bool:
    try:
        verbs.cancel(job, why=why)
    except Conflict:  # somebody has just cancelled it
        return False
    return True
