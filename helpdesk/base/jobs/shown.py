"""What the parked work, the probes and the numbers show of jobs."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.base import parking, personal, watch
from helpdesk.base.jobs import verbs
from helpdesk.base.jobs.models import Job
from helpdesk.base.jobs.personal import erase, export
from helpdesk.base.jobs.running import LOT
from helpdesk.base.watch import LATER, Backlog


def register() -> None:
    """Called in `ready()`."""
    parking.register(parking.Lot(LOT, _("Job"), Job.objects.all, "reason", retry=verbs.retry, dismiss=verbs.give_up))
    personal.keep(personal.Keeper("jobs", export=export, erase=erase))
    watch.register_backlog("job", Backlog("jobs", LATER, _due, F("due_at")))


def _due(at: datetime) -> QuerySet[Job]:
    return Job.objects.filter(state__in=[Job.State.WAITING, Job.State.RUNNING], due_at__lte=at)
