"""A list of everything as a file, as a job: csv and xlsx, with the columns that lists mostly have."""

from __future__ import annotations

from django.http import QueryDict

from helpdesk.base.jobs import running
from helpdesk.base.jobs.models import Job
from helpdesk.staff.models import User
from helpdesk.staff.rights import has_everywhere
from tests.bench.figures import Figure, Pace
from tickets.desk.exports import making
from tickets.desk.rights import EXPORT


def measure() -> list[Figure]:
    """One job of each kind over all tickets there are."""
    owner = next(user for user in User.objects.filter(is_active=True) if has_everywhere(user, EXPORT))
    figures = []
    for kind in ("csv", "xlsx"):
        pace = Pace()
        job = making.start(QueryDict("status=all"), kind, by=owner)
        pace.run(lambda: _done(job.pk))  # noqa: B023 - it is called at once
        job.refresh_from_db()
        size = job.result.size / 1e6 if job.result else 0
        figures.append(pace.figure(f"rows exported as {kind}, one process", "rows/s", remark=f"{job.done:,} rows, {size:.1f} MB"))
    return figures


def _done(pk: int) -> int:
    running.run_due(only={making.KIND})
    return Job.objects.get(pk=pk).done
