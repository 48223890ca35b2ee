"""The queue: a page of it, what is new in it, taking the next, and doing one thing to several."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from helpdesk.base.bounds import whole_number
from helpdesk.staff.rights import Right, StaffRequest, has_right, requires
from tickets.access import visible_tickets
from tickets.desk.answers import go, say
from tickets.desk.presence import begun
from tickets.desk.queue import bulk
from tickets.desk.queue.filters import SEARCH, SORTS, Wanted
from tickets.desk.queue.rows import COLUMNS, drawn
from tickets.desk.queue.selectors import changed_since, choices, counts_of_finds, queue_page, tab_counts, tabs
from tickets.models import Event, Status
from tickets.search.language import complete
from tickets.services.assign import take_next


@requires(Right.VIEW)
@require_GET
def queue(request: StaffRequest) -> HttpResponse:
    """One page of the queue; for htmx its list alone."""
    wanted = Wanted.of(request.GET, request.user)
    if wanted.number and (exact := visible_tickets(request.user).filter(number=wanted.number).values_list("number", flat=True).first()):
        return HttpResponseRedirect(reverse("desk:ticket", args=[exact]))
    found = queue_page(request.user, wanted, request.GET.get("after", ""))
    behind, can_pick = _behind(request), has_right(request.user, Right.BULK)
    context = {
        "queue": found,
        "columns": COLUMNS,
        "rows": drawn(
            found.rows,
            request.user,
            begun=begun((row.pk for row in found.rows), request.user),
            behind=behind,
            can_pick=can_pick,
            by_creation=wanted.order.key == "created_at",
        ),
        "acts": bulk.ACTS.values(),
        "undo": bulk.kept(request),
        "filter": wanted,
        "choices": choices(request.user),
        "sorts": SORTS.values(),
        "statuses": Status.choices,
        "behind": behind,
        "newest": Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
        "can": {
            "take": has_right(request.user, Right.TAKE),
            "pick": can_pick,
        },
    }
    return render(request, "tickets/queue.html", context)


@requires(Right.VIEW)
@require_GET
def updates(request: StaffRequest) -> HttpResponse:
    """The tabs' counts, and how many rows of this view changed since the page was drawn. Moves no row."""
    wanted = Wanted.of(request.GET, request.user)
    rows = wanted.apply(visible_tickets(request.user))
    counts = counts_of_finds(rows) if wanted.box.has_words else tab_counts(rows)
    fresh = changed_since(request.user, wanted, whole_number(request.GET.get("since")))
    response = render(request, "tickets/queue_news.html", {"tabs": tabs(wanted, counts), "fresh": fresh, "behind": _behind(request)})
    return trigger_client_event(response, "rail")  # the rail counts at the same moment, so that the two never differ


@requires(Right.VIEW)
@require_GET
def completion(request: StaffRequest) -> HttpResponse:
    """What may stand at the cursor of the search box, `at` characters from its beginning."""
    typed = request.GET.get(SEARCH, "")
    offers = complete(typed, whole_number(request.GET.get("at")) if "at" in request.GET else len(typed), request.user)
    return render(request, "tickets/completion.html", {"offers": offers})


@requires(Right.TAKE)
@require_POST
def next_ticket(request: StaffRequest) -> HttpResponse:
    """Take the longest waiting one that nobody has and that this person may answer."""
    candidates = visible_tickets(request.user, Right.TAKE).filter(pk__in=visible_tickets(request.user, Right.REPLY).values("pk"))
    ticket = take_next(candidates, to=request.user)
    if ticket is None:
        back = request.headers.get("Referer", "")
        safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
        return say(request, go(request, back if safe else reverse("desk:queue")), _("Nobody waits without an operator. Well done."), "")
    return go(request, reverse("desk:ticket", args=[ticket.number]))


@requires(Right.BULK)
@require_POST
def picked(request: StaffRequest) -> HttpResponse:
    """One thing for the rows that were picked. First it is said what that does and to how many; with `sure` it is done."""
    numbers = request.POST.getlist("pick")[: bulk.PICKED_AT_ONCE]
    act = bulk.ACTS.get(request.POST.get("do", ""))
    back = f"{reverse('desk:queue')}?{_behind(request)}"
    if act is None or not numbers:
        return say(request, go(request, back), _("Choose rows, and what to do with them."), "late")
    seen = whole_number(request.POST.get("seen"))
    if not request.POST.get("sure"):
        tickets = bulk.allowed(request.user, act, numbers)
        context = {
            "act": act,
            "tickets": tickets,
            "missing": len(set(numbers)) - len(tickets),
            "consequences": bulk.consequences(act, tickets, request.user),
            "minutes": int(bulk.BACK_FOR.total_seconds() // 60),
            "seen": seen,
            "back": back,
            "behind": _behind(request),
        }
        return render(request, "tickets/bulk.html#dialog" if request.htmx else "tickets/bulk.html", context)
    done, stood = bulk.do(act, numbers, by=request.user, seen=seen)
    if stood:
        bulk.keep(request, act, stood)
    return _told(request, HttpResponseRedirect(back), done, ngettext("%(n)s ticket changed.", "%(n)s tickets changed.", done.changed))


@requires(Right.BULK)
@require_POST
def unpicked(request: StaffRequest) -> HttpResponse:
    """Take the last thing back that was done to picked rows."""
    done = bulk.take_all_back(request, request.user)
    words = ngettext("%(n)s ticket stands as before.", "%(n)s tickets stand as before.", done.changed)
    return _told(request, HttpResponseRedirect(f"{reverse('desk:queue')}?{_behind(request)}"), done, words)


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


def _behind(request: StaffRequest) -> str:
    """The view without the page one is on."""
    asked = request.GET.copy()
    for private in ("after", "since"):
        asked.pop(private, None)
    return asked.urlencode()
