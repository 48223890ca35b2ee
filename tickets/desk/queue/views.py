"""The queue: a page of it, what is new in it, taking the next, and doing one thing to several."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, StaffRequest, has_right, requires
from tickets.access import visible_tickets
from tickets.actors import operator
from tickets.desk.answers import go, say, whole_number
from tickets.desk.looking import begun
from tickets.desk.queue.filters import SORTS, Filter
from tickets.desk.queue.selectors import changed_since, choices, counts_of_finds, mine_and_all, queue_page, tab_counts, tabs
from tickets.lifecycle.waiting import question_before
from tickets.models import Event, Status, Ticket
from tickets.services.assign import assign, take_next
from tickets.services.edit import set_status

PICKED_AT_ONCE = 50


@requires(Right.VIEW)
@require_GET
def queue(request: StaffRequest) -> HttpResponse:
    """One page of the queue; for htmx its list alone."""
    wanted = Filter.of(request.GET)
    if wanted.words and (
        exact := visible_tickets(request.user).filter(number=wanted.words.upper()).values_list("number", flat=True).first()
    ):
        return HttpResponseRedirect(reverse("desk:ticket", args=[exact]))
    found = queue_page(request.user, wanted, request.GET.get("after", ""))
    context = {
        "queue": found,
        "begun": begun(found.page.rows, request.user),
        "filter": wanted,
        "choices": choices(request.user),
        "sorts": SORTS.values(),
        "statuses": Status.choices,
        "behind": _behind(request),
        "newest": Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
        "can": {
            "take": has_right(request.user, Right.TAKE),
            "pick": has_right(request.user, Right.BULK),
        },
    }
    return render(request, "tickets/queue.html", context)


@requires(Right.VIEW)
@require_GET
def news(request: StaffRequest) -> HttpResponse:
    """The tabs' counts, and how many rows of this view changed since the page was drawn. Moves no row."""
    wanted = Filter.of(request.GET)
    rows = wanted.apply(visible_tickets(request.user), request.user)
    counts = counts_of_finds(rows) if wanted.words else tab_counts(rows)
    fresh = changed_since(request.user, wanted, whole_number(request.GET.get("since")))
    return render(request, "tickets/queue_news.html", {"tabs": tabs(wanted, counts), "fresh": fresh, "behind": _behind(request)})


@requires(Right.VIEW)
@require_GET
def rail(request: StaffRequest) -> HttpResponse:
    """The numbers in the rail."""
    return render(request, "tickets/rail.html", {"counts": mine_and_all(request.user)})


@requires(Right.TAKE)
@require_POST
def next_ticket(request: StaffRequest) -> HttpResponse:
    """Take the longest waiting one that nobody has and that this person may answer."""
    candidates = visible_tickets(request.user, Right.TAKE).filter(pk__in=visible_tickets(request.user, Right.REPLY).values("pk"))
    ticket = take_next(candidates, by=request.user)
    if ticket is None:
        back = request.headers.get("Referer", "")
        safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
        return say(request, go(request, back if safe else reverse("desk:queue")), _("Nobody waits without an operator. Well done."), "")
    return go(request, reverse("desk:ticket", args=[ticket.number]))


@requires(Right.BULK)
@require_POST
def picked(request: StaffRequest) -> HttpResponse:
    """One thing for the rows that were picked: each by its own service and its own right; what was refused is said."""
    numbers = request.POST.getlist("pick")[:PICKED_AT_ONCE]
    act = request.POST.get("do", "")
    right = Right.SET_STATUS if act.startswith("status:") else Right.ASSIGN
    tickets = list(
        visible_tickets(request.user, right)
        .filter(number__in=numbers)
        .filter(pk__in=visible_tickets(request.user, Right.BULK).values("pk"))
    )
    done, reasons = 0, {}
    for ticket in tickets:
        try:
            _do(ticket, act, request)
            done += 1
        except DomainError as error:
            reasons[str(error)] = ticket.number
    response = HttpResponseRedirect(f"{reverse('desk:queue')}?{_behind(request)}")
    if done:
        say(request, response, ngettext("%(n)s ticket changed.", "%(n)s tickets changed.", done) % {"n": done})
    for reason, number in reasons.items():
        say(request, response, f"{number}: {reason}", "late")
    if len(tickets) < len(numbers):
        missing = len(numbers) - len(tickets)
        say(
            request,
            response,
            ngettext("%(n)s was not yours to change.", "%(n)s were not yours to change.", missing) % {"n": missing},
            "late",
        )
    return response


def _do(ticket: Ticket, act: str, request: StaffRequest) -> None:
    verb, _colon, what = act.partition(":")
    if verb == "assign":
        to = (
            {"me": request.user, "nobody": None}[what]
            if what in {"me", "nobody"}
            else get_object_or_404(User, pk=what if what.isdecimal() else 0, is_active=True)
        )
        assign(ticket, to=to, by=operator(request.user))
    elif verb == "status" and what in {Status.IN_PROGRESS, Status.RESOLVED, Status.WAITING}:
        seen = question_before(ticket, whole_number(request.POST.get("seen"))) if what == Status.RESOLVED else None
        set_status(ticket, Status(what), by=operator(request.user), excused_upto=seen)
    else:
        raise DomainError(_("Choose what to do with them."))


def _behind(request: StaffRequest) -> str:
    """The view without the page one is on."""
    asked = request.GET.copy()
    for private in ("after", "since"):
        asked.pop(private, None)
    return asked.urlencode()
