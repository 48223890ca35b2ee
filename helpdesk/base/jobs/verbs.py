"""What may be done with a job: start, pause, go on, cancel, try again. Each under its row's lock; who asked is told by the caller."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.batches import batched
from helpdesk.base.bounds import LARGEST
from helpdesk.base.claims import hold_names
from helpdesk.base.errors import Conflict, NotAllowed
from helpdesk.base.jobs.kinds import find
from helpdesk.base.jobs.models import Job, JobPart
from helpdesk.base.queue import nudge

State = Job.State
OPEN = (State.WAITING, State.RUNNING, State.PAUSED, State.PARKED)
PART = 25  # things that are done in one step
MOST = 10_000  # things that one job takes
OPEN_EACH = 20  # jobs of one person that are not over
KEPT = timedelta(days=30)  # after its end
_LONGEST = 2000  # signs of parameters
_WORD = re.compile(r"[\w:.\-]{0,80}", re.ASCII)

TOO_MANY = _("You have %(most)s jobs that are not done. Wait for one of them, or cancel it.")


@transaction.atomic
def start(
    kind: str,
    *,
    owner: int | None,
    parameters: Mapping[str, Any] | None = None,
    ids: Sequence[int] = (),
    total: int = 0,
    due_at: datetime | None = None,
    player: int | None = None,
) -> Job:
    """Make a job, which a worker takes at once, or from `due_at` on.

    `parameters`: numbers, yes or no, and words of ours. `ids`: the things it is to do, fixed from now on, at most `MOST`. Conflict when
    this person has too many that are not over.
    """
    if find(kind) is None:
        raise LookupError(f"no room has jobs of the kind {kind}")
    _demand_plain(parameters or {})
    if len(ids) > MOST:
        raise ValueError(f"{len(ids)} things in one job")
    if owner is not None:
        hold_names(f"jobs of {owner}")
        if Job.objects.filter(owner=owner, state__in=OPEN).count() >= OPEN_EACH:
            raise Conflict(TOO_MANY % {"most": OPEN_EACH})
    now = clock.now()
    job = Job.objects.create(
        kind=kind,
        owner=owner,
        parameters=dict(parameters or {}),
        total=len(ids) or total,
        due_at=due_at or now,
        created_at=now,
        player=player,
    )
    JobPart.objects.bulk_create(JobPart(job=job, place=place, ids=list(part)) for place, part in enumerate(batched(ids, PART)))
    _wake()
    return job


@transaction.atomic
def pause(job: Job) -> Job:
    """Let it stand still. A step under way at this moment is undone and done again later. Conflict when it does not wait or run."""
    kept = _locked(job, State.WAITING, State.RUNNING)
    return _becomes(kept, State.PAUSED)


@transaction.atomic
def resume(job: Job) -> Job:
    """Let it go on. Conflict when it is not paused."""
    kept = _locked(job, State.PAUSED)
    kept.due_at = max(kept.due_at, clock.now())
    _wake()
    return _becomes(kept, State.WAITING)


@transaction.atomic
def cancel(job: Job, *, why: str = Job.Why.ASKED) -> Job:
    """End it for good; what it has done stays done, the step under way is undone. Conflict when it is over already."""
    kept = _locked(job, *OPEN)
    kept.why, kept.ended_at = why, clock.now()
    return _becomes(kept, State.CANCELLED)


@transaction.atomic
def hurry(job: Job) -> None:
    """Let it begin now, if it waits for its time."""
    Job.objects.filter(pk=job.pk, state=State.WAITING).update(due_at=clock.now())
    _wake()


@transaction.atomic
def retry(pks: Sequence[int]) -> int:
    """Have parked jobs tried again from the step that failed; returns how many were parked."""
    again = {"state": State.WAITING, "parked_at": None, "attempts": 0, "reason": "", "due_at": clock.now(), "claimed_until": None}
    count = Job.objects.filter(pk__in=pks, state=State.PARKED).update(**again)
    _wake()
    return count


def give_up(pk: int) -> bool:
    """Cancel a parked one, whatever its kind says; False when it is not parked any more."""
    ended = {"state": State.CANCELLED, "why": Job.Why.ASKED, "parked_at": None, "ended_at": clock.now(), "claimed_until": None}
    return bool(Job.objects.filter(pk=pk, state=State.PARKED).update(**ended))


def sweep() -> int:
    """Results whose time is over lose their file, and jobs that ended long ago go; how many rows went."""
    now = clock.now()
    Job.objects.filter(result__isnull=False, result_until__lte=now).update(result=None)
    old = Job.objects.filter(ended_at__lt=now - KEPT).order_by("ended_at").values_list("pk", flat=True)[:50]
    return Job.objects.filter(pk__in=list(old)).delete()[1].get("jobs.Job", 0)


def demand_by_hand(job: Job) -> None:
    """NotAllowed where the kind says that people do not stop it here."""
    kind = find(job.kind)
    if kind is None or not kind.by_hand:
        raise NotAllowed(_("This job is not stopped here."))


def _locked(job: Job, *states: State) -> Job:
    kept = Job.objects.select_for_update(of=("self",)).filter(pk=job.pk, state__in=states).first()
    if kept is None:
        raise Conflict(_("This job stands otherwise by now. Look again."))
    return kept


def _becomes(job: Job, state: State) -> Job:
    """Whoever runs it has lost it from now on."""
    job.state, job.claimed_until, job.attempts = state, None, 0
    job.parked_at = None
    job.save(update_fields=["state", "claimed_until", "attempts", "parked_at", "due_at", "why", "ended_at"])
    return job


def _wake() -> None:
    nudge("jobs.run_due", queue="bulk")


def _demand_plain(parameters: Mapping[str, Any]) -> None:
    """Whatever could hold somebody's text is a bug: it raises."""
    for name, value in parameters.items():
        if isinstance(value, str) and not _WORD.fullmatch(value):
            raise ValueError(f"a job is told no texts: {name}")
        if not isinstance(value, str | int | None) or (isinstance(value, int) and abs(value) > LARGEST):
            raise ValueError(f"a job cannot keep {name}")
    if len(json.dumps(dict(parameters))) > _LONGEST:
        raise ValueError("a job is told too much")
