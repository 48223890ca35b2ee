"""People and long work: whose it is, who may stop it, and that the audit hears who did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from helpdesk.audit.services import note_audit
from helpdesk.base import clock
from helpdesk.base.jobs import kinds, verbs
from helpdesk.base.jobs.kinds import Owner
from helpdesk.base.jobs.models import Job
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, has_everywhere, has_right

LINK_LASTS = timedelta(hours=1)
_SALT = "jobs.result"
VERBS: dict[str, Callable[[Job], Job]] = {"pause": verbs.pause, "resume": verbs.resume, "cancel": verbs.cancel}


def owner(pk: int, right: str, everywhere: bool) -> Owner:
    """What a worker asks before each turn of a job; one or two queries."""
    user = User.objects.filter(pk=pk).first()
    if user is None or not user.is_active:
        return Owner(is_open=False, may=False, language="en")
    return Owner(is_open=True, may=_holds(user, right, everywhere), language=user.language)


def manages(user: User) -> bool:
    """Whether they see and stop everybody's jobs: who looks after what stands still."""
    return has_everywhere(user, Right.MANAGE_DELIVERIES)


def jobs_of(user: User, *, everybodys: bool = False) -> QuerySet[Job]:
    """Their own, or all there are where they manage them."""
    return Job.objects.all() if everybodys and manages(user) else Job.objects.filter(owner=user.pk)


def job_for(user: User, pk: int) -> Job:
    """The job, if it is this person's or they manage all; else a 404 that tells nothing."""
    job = jobs_of(user, everybodys=True).filter(pk=pk).select_related("result").first()
    if job is None:
        raise Http404
    return job


def may_fetch(user: User, job: Job) -> bool:
    """Whether the result is given to them: who started it or manages jobs, and holds now what the job asks for."""
    kind = kinds.find(job.kind)
    return job.result is not None and kind is not None and _holds(user, kind.right, kind.everywhere) and kind.may_fetch(job, user)


def key_to(job: Job, user: User) -> str:
    """What stands in this person's link to the result: for an hour it opens it to them, and to nobody else."""
    until = clock.now() + LINK_LASTS
    return signing.dumps([job.pk, user.pk, until.timestamp()], salt=_SALT)


def opens(key: str, job: Job, user: User) -> bool:
    """Whether the key was made for this person and this job, and its hour is not over."""
    try:
        of, to, until = signing.loads(key, salt=_SALT)
    except signing.BadSignature:
        return False
    return (of, to) == (job.pk, user.pk) and clock.now().timestamp() < until


@transaction.atomic
def do(verb: str, job: Job, *, by: User, request: HttpRequest | None = None) -> Job:
    """One of `VERBS`. Conflict when the job stands otherwise by now, NotAllowed where it is not stopped by hand."""
    verbs.demand_by_hand(job)
    done = VERBS[verb](job)
    note_audit(f"jobs.{verb}", by=by, subject=job, request=request, kind=job.kind, done=f"{done.done}/{done.total}")
    return done


def fetched(job: Job, *, by: User, request: HttpRequest | None = None) -> None:
    """The result leaves the desk: that is told."""
    note_audit("jobs.fetched", by=by, subject=job, request=request, kind=job.kind)


def _holds(user: User, right: str, everywhere: bool) -> bool:
    return not right or (has_everywhere(user, right) if everywhere else has_right(user, right))
