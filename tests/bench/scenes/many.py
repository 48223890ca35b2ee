"""One thing for thousands of tickets, as a job: taken, and put back, and taken again."""

from __future__ import annotations

from helpdesk.base.jobs import running, verbs
from helpdesk.base.jobs.models import Job
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, has_everywhere
from tests.bench.figures import Figure, Pace
from tickets.desk.queue import bulk_jobs
from tickets.models import Delivery, Ticket


def measure(*, count: int, runs: int) -> list[Figure]:
    """A job in each run, with events and deliveries, as one worker does it."""
    people = User.objects.filter(is_active=True)
    owner = next(user for user in people if has_everywhere(user, Right.BULK) and has_everywhere(user, Right.ASSIGN))
    ids = list(Ticket.objects.filter(merged_into=None).order_by("-pk").values_list("pk", flat=True)[:count])
    pace = Pace()
    for run in range(runs):
        act = "assign:nobody" if run % 2 else "assign:me"
        job = verbs.start(bulk_jobs.BULK, owner=owner.pk, parameters={"act": act, "seen": 0}, ids=sorted(ids))
        pace.run(lambda: _done(job.pk))  # noqa: B023 - it is called at once
    Delivery.objects.all().delete()
    return [pace.figure("tickets changed by a job, one process", "tickets/s", remark=f"{len(ids):,} in each run")]


def _done(pk: int) -> int:
    running.run_due(only={bulk_jobs.BULK})
    return Job.objects.get(pk=pk).changed
