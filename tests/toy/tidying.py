"""The long work of the toy room."""

from __future__ import annotations

from collections.abc import Iterator

from helpdesk.base import clock
from helpdesk.base.jobs.kinds import Step
from helpdesk.base.jobs.models import Job
from tests.toy.models import Wish


def tidy(job: Job) -> Iterator[Step]:
    """Of every wish somebody is reminded, a step each."""
    for wish in Wish.objects.filter(pk__gt=job.cursor.get("after", 0)).order_by("pk"):
        wish.reminded_at, job.cursor["after"] = clock.now(), wish.pk
        wish.save(update_fields=["reminded_at"])
        yield Step(done=1, changed=1)
