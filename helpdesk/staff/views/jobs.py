"""Long work as people see it: a list, and each job as a part that any page can show and that asks for itself again while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from helpdesk.base import blobs, clock
from helpdesk.base.errors import DomainError
from helpdesk.base.jobs import selectors
from helpdesk.base.jobs.kinds import Kind, Name, find
from helpdesk.base.jobs.models import Job
from helpdesk.base.paging import page
from helpdesk.staff.models import User
from helpdesk.staff.rights import StaffRequest, requires
from helpdesk.staff.services import jobs as services

ASKED_AGAIN = ((timedelta(seconds=30), 2), (timedelta(minutes=5), 5), (timedelta(days=1), 20))  # (age, seconds until it is asked for again)
MOVING = {Job.State.WAITING, Job.State.RUNNING}


@dataclass(slots=True)
class Refused:
    """A reason with how many things it kept back, the first of them by name, and how many more there are."""

    reason: str
    count: int
    names: list[Name]
    more: int


@dataclass(slots=True)
class Shown:
    """A job as its part draws it, for one reader."""

    job: Job
    kind: Kind | None
    reader: User
    alone: bool = True  # with what was refused
    owner: str = ""
    refused: list[Refused] = field(default_factory=list)
    more_reasons: int = 0

    @property
    def says(self) -> str:
        return selectors.said(self.job)

    @property
    def waits_for_its_time(self) -> bool:
        return self.job.state == Job.State.WAITING and self.job.due_at > clock.now() and not self.job.reason

    @property
    def again(self) -> int:
        """After how many seconds it is worth asking for it again; 0: not any more."""
        job = self.job
        if job.state not in MOVING or self.waits_for_its_time:
            return 0
        age = clock.now() - (job.started_at or job.created_at)
        return next((seconds for limit, seconds in ASKED_AGAIN if age < limit), 60)

    @property
    def may_stop(self) -> bool:
        return self.kind is not None and self.kind.by_hand and not self.job.over

    @property
    def may_pause(self) -> bool:
        return self.may_stop and self.job.state in MOVING

    @property
    def may_resume(self) -> bool:
        return self.may_stop and self.job.state == Job.State.PAUSED

    @property
    def may_fetch(self) -> bool:
        return services.may_fetch(self.reader, self.job)

    @property
    def key(self) -> str:
        """What stands in the link to its file."""
        return services.key_to(self.job, self.reader)

    @property
    def lost_its_file(self) -> bool:
        return bool(self.job.result_name) and self.job.result_id is None

    @property
    def undo(self) -> str:
        """The URL name of the door that takes it back, or empty."""
        open_door = selectors.may_be_undone(self.job, self.kind) and self.job.owner == self.reader.pk
        return self.kind.undo if self.kind and open_door else ""

    @property
    def undo_until(self) -> datetime | None:
        return self.job.ended_at + self.kind.undo_for if self.job.ended_at and self.kind else None


@requires()
@require_GET
def jobs(request: StaffRequest) -> HttpResponse:
    """One's own, newest first, or everybody's for who manages them."""
    manages = services.manages(request.user)
    everybodys = manages and request.GET.get("all") == "1"
    rows = services.jobs_of(request.user, everybodys=everybodys).select_related("result")
    found = page(rows, key="id", descending=True, cursor=request.GET.get("after", ""), size=20)
    names = dict(User.objects.filter(pk__in={row.owner for row in found.rows}).values_list("pk", "name")) if everybodys else {}
    drawn = [shown(row, request.user, alone=False) for row in found.rows]
    for one in drawn:
        one.owner = names.get(one.job.owner or 0, "")
    return render(request, "staff/jobs.html", {"page": found, "shown": drawn, "everybodys": everybodys, "manages": manages})


@requires()
@require_GET
def job(request: StaffRequest, pk: int) -> HttpResponse:
    """One of them with what was refused; for htmx its part alone."""
    return _answer(request, services.job_for(request.user, pk))


@require_POST
@requires()
def act(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Pause, go on, cancel."""
    if verb not in services.VERBS:
        raise Http404
    asked, refusal = services.job_for(request.user, pk), ""
    try:
        services.do(verb, asked, by=request.user, request=request)
    except DomainError as error:
        refusal = str(error)
    return _answer(request, services.job_for(request.user, pk), refusal)


@require_GET
@requires()
def file(request: StaffRequest, pk: int, key: str) -> HttpResponseBase:
    """The result, by a link drawn for this person within the hour. The right is asked anew, and the audit is told."""
    asked = services.job_for(request.user, pk)
    if not services.may_fetch(request.user, asked) or asked.result is None:
        raise Http404
    if not services.opens(key, asked, request.user):
        messages.error(request, _("That link was good for an hour. Here is a new one."))
        return redirect("staff:job", pk)
    try:
        content = blobs.opened(asked.result)
    except blobs.Unreadable:
        messages.error(request, _("The storage has lost this file. Start the job once more."))
        return redirect("staff:job", pk)
    services.fetched(asked, by=request.user, request=request)
    headers = {"Cache-Control": "no-store"}
    return FileResponse(content, as_attachment=True, filename=asked.result_name, content_type=asked.result.media_type, headers=headers)


def shown(found: Job, reader: User, *, alone: bool = True) -> Shown:
    """One job; `alone`: with what was refused, which takes two queries where anything was, and one for the name of somebody else."""
    kind = find(found.kind)
    one = Shown(found, kind, reader, alone)
    if not alone or kind is None:
        return one
    if found.owner not in {None, reader.pk}:
        one.owner = User.objects.filter(pk=found.owner).values_list("name", flat=True).first() or ""
    if found.refused:
        reasons, one.more_reasons = selectors.refusals(found)
        names = kind.names([pk for reason in reasons for pk in reason.ids], reader)
        for reason in reasons:
            named = [names[pk] for pk in reason.ids if pk in names]
            one.refused.append(Refused(reason.reason, reason.count, named, reason.count - len(named)))
    return one


def _answer(request: StaffRequest, found: Job, refusal: str = "") -> HttpResponse:
    if request.method == "POST" and not request.htmx:
        if refusal:
            messages.error(request, refusal)
        return redirect("staff:job", found.pk)
    template = "staff/_job.html" if request.htmx else "staff/job.html"
    context = {"shown": shown(found, request.user, alone=request.GET.get("brief") != "1"), "refusal": refusal}
    response = render(request, template, context)
    # whoever watches it end hears at once what the bell has to say of it
    return trigger_client_event(response, "bell") if request.htmx and found.over else response
