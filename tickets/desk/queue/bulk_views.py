"""Doing one thing to several tickets: those that were picked at once, all that match a view as a job."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from helpdesk.base import clock
from helpdesk.base.bounds import whole_number
from helpdesk.base.errors import DomainError
from helpdesk.base.idempotency import as_key, fresh_key, once
from helpdesk.base.jobs.models import Job
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, StaffRequest, requires
from tickets.access import visible_tickets
from tickets.desk.answers import go, say
from tickets.desk.queue import bulk, bulk_jobs
from tickets.desk.queue.filters import Wanted
from tickets.desk.rights import EXPORT

STARTED = "bulk_job"  # the session's key for the job that the queue shows
SHOWN_FOR = timedelta(hours=1)


@requires(Right.BULK)
@require_POST
def picked(request: StaffRequest) -> HttpResponse:
    """One thing for the rows that were picked. First it is said what that does and to how many; with `sure` it is done."""
    numbers = request.POST.getlist("pick")[: bulk.PICKED_AT_ONCE]
    act, back = bulk.ACTS.get(request.POST.get("do", "")), queue_of(request)
    if act is not None and request.POST.get("all"):
        return _all(request, act, back)
    if act is None or not numbers:
        return say(request, go(request, back), _("Choose rows, and what to do with them."), "late")
    seen = whole_number(request.POST.get("seen"))
    if not request.POST.get("sure"):
        tickets = bulk.allowed(request.user, act, numbers)
        mine = list(tickets.values_list("number", flat=True))
        return _ask(
            request, act, back, numbers=mine, count=len(mine), missing=len(set(numbers)) - len(mine),
            consequences=bulk.consequences(act, tickets, request.user), reasons=bulk.reasons(act, tickets),
        )  # fmt: skip
    done, stood = bulk.do(act, numbers, by=request.user, seen=seen, reason=_reason(request))
    if stood:
        bulk.keep(request, act, stood)
    return _told(request, HttpResponseRedirect(back), done, ngettext("%(n)s ticket changed.", "%(n)s tickets changed.", done.changed))


@requires(Right.BULK)
@require_POST
def unpicked(request: StaffRequest) -> HttpResponse:
    """Take the last thing back that was done to picked rows."""
    done = bulk.take_all_back(request, request.user)
    words = ngettext("%(n)s ticket stands as before.", "%(n)s tickets stand as before.", done.changed)
    return _told(request, HttpResponseRedirect(queue_of(request)), done, words)


@requires(Right.BULK)
@require_POST
def take_job_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back what a job has changed, as another job."""
    try:
        back = bulk_jobs.start_back(get_object_or_404(Job, pk=pk), by=request.user, request=request)
    except DomainError as refusal:
        return say(request, redirect("staff:job", pk), str(refusal), "late")
    return redirect("staff:job", back.pk)


@requires(Right.BULK, EXPORT)
@require_POST
def hide_job(request: StaffRequest) -> HttpResponse:
    """Show the job above the queue no longer; it goes on, and its page stays."""
    request.session.pop(STARTED, None)
    return HttpResponseRedirect(queue_of(request))


def lately_started(request: StaffRequest) -> int | None:
    """The job over all that match, or for a file of them, which this person has started here lately; costs no query."""
    found = request.session.get(STARTED)
    return found["pk"] if found and datetime.fromisoformat(found["at"]) + SHOWN_FOR > clock.now() else None


def _all(request: StaffRequest, act: bulk.Act, back: str) -> HttpResponse:
    """The same for all that match the view, those on other pages too; `upto` is the newest ticket there was when it was asked."""
    wanted = Wanted.of(request.GET, request.user)
    upto = whole_number(request.POST.get("upto")) or _newest(request.user)
    tickets = bulk_jobs.matching(request.user, act, wanted, upto=upto)
    try:
        if wanted.box.troubles:  # what is searched is more than what was meant
            raise DomainError(wanted.box.troubles[0].sentence)
        if not request.POST.get("sure"):
            count = bulk_jobs.count(tickets)
            return _ask(
                request, act, back, count=count, everything=True, upto=upto, key=fresh_key(),
                consequences=bulk.consequences(act, tickets, request.user), reasons=bulk.reasons(act, tickets),
            )  # fmt: skip
        seen = whole_number(request.POST.get("seen"))
        done = once(
            "bulk",
            as_key(request.POST.get("key")),
            lambda: bulk_jobs.start(act, tickets, by=request.user, seen=seen, reason=_reason(request), request=request).pk,
            by=request.user.pk,
        )
    except DomainError as refusal:
        return say(request, go(request, back), str(refusal), "late")
    request.session[STARTED] = {"pk": done.pk, "at": clock.now().isoformat()}
    return HttpResponseRedirect(back)


def _ask(request: StaffRequest, act: bulk.Act, back: str, **found: object) -> HttpResponse:
    """What it would do, as a dialog or a page of its own."""
    context = {
        "act": act,
        "minutes": int(bulk.BACK_FOR.total_seconds() // 60),
        "seen": whole_number(request.POST.get("seen")),
        "back": back,
        "behind": behind_of(request),
        **found,
    }
    return render(request, "tickets/bulk.html#dialog" if request.htmx else "tickets/bulk.html", context)


def _told(request: StaffRequest, response: HttpResponse, done: bulk.Done, words: str) -> HttpResponse:
    """The answer with what was done and, for everything else, why it was not."""
    if done.changed:
        say(request, response, words % {"n": done.changed})
    for reason, numbers in done.refused.items():
        shown = ", ".join(numbers[:5]) + (" …" if len(numbers) > 5 else "")
        say(request, response, f"{shown}: {reason}" if numbers else reason, "late")
    if done.missing:
        missing = ngettext("%(n)s was not yours to change.", "%(n)s were not yours to change.", done.missing)
        say(request, response, missing % {"n": done.missing}, "late")
    return response


def _reason(request: StaffRequest) -> int | None:
    """Why they are put on hold."""
    return whole_number(request.POST.get("reason")) or None


def _newest(reader: User) -> int:
    return visible_tickets(reader).order_by("-pk").values_list("pk", flat=True).first() or 0


def queue_of(request: StaffRequest) -> str:
    """The view from its first page."""
    return f"{reverse('desk:queue')}?{behind_of(request)}"


def behind_of(request: StaffRequest) -> str:
    """The view without the page one is on."""
    asked = request.GET.copy()
    for private in ("after", "since"):
        asked.pop(private, None)
    return asked.urlencode()
