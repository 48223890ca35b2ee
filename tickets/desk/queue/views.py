"""The queue: a page of it, what is new in it, taking the next, and doing one thing to several."""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from helpdesk.base.bounds import whole_number
from helpdesk.base.idempotency import fresh_key
from helpdesk.base.patience import TooSlow, within
from helpdesk.staff.rights import Right, StaffRequest, has_right, requires
from tickets.access import visible_tickets
from tickets.desk.answers import go, say
from tickets.desk.presence import begun
from tickets.desk.queue import bulk
from tickets.desk.queue.bulk_views import behind_of, lately_started
from tickets.desk.queue.chips import chips, laid_out
from tickets.desk.queue.filters import LOOSE, SEARCH, Wanted, beside_box, one_state
from tickets.desk.queue.finding import counts as counts_of_words
from tickets.desk.queue.finding import find
from tickets.desk.queue.look import COLUMNS, DENSITY, Look, choose, forget
from tickets.desk.queue.rows import SUBJECT, drawn, headings, split
from tickets.desk.queue.selectors import PATIENCE, QueuePage, changed_since, loosened, queue_page, tab_counts, tabs
from tickets.desk.rights import EXPORT
from tickets.filters.columns import orders
from tickets.models import Event, Status
from tickets.search.building import share_made
from tickets.search.highlights import finds_on
from tickets.search.language import complete
from tickets.services.assign import take_next


@requires(Right.VIEW)
@require_GET
def queue(request: StaffRequest) -> HttpResponse:
    """One page of the queue; in place of another one all but its frame."""
    request.GET = one_state(request.GET, request.user)  # type: ignore[assignment]
    wanted = Wanted.of(request.GET, request.user)
    if wanted.number and (exact := visible_tickets(request.user).filter(number=wanted.number).values_list("number", flat=True).first()):
        return go(request, reverse("desk:ticket", args=[exact]))
    asked, look = chips(wanted), Look.of(request.GET, request.user)
    more = split(look.columns, request.user)
    cursor, finds, too_slow = request.GET.get("after", ""), None, ""
    try:
        if wanted.box.has_words:
            wanted, found = find(request.user, wanted, more, cursor)
            finds = finds_on([row.pk for row in found.rows], wanted.look, request.user)
            request.GET = _with_looseness(request.GET, wanted)  # type: ignore[assignment]  # a copy is no less a query string
        else:
            found = queue_page(request.user, wanted, more, cursor)
    except TooSlow as error:
        found, too_slow = QueuePage([], "", "", tabs(wanted, {})), str(error)
    behind, can_pick = behind_of(request), has_right(request.user, Right.BULK)
    context = {
        "queue": found,
        "look": look,
        "headings": headings(look.columns, wanted.order),
        "rows": drawn(
            found.rows,
            look.columns,
            more,
            begun=begun((row.pk for row in found.rows), request.user),
            behind=behind,
            can_pick=can_pick,
            by_creation=wanted.order is not None and wanted.order.field.name == "created",
            finds=finds,
        ),
        "finds": finds,
        "building": share_made() if wanted.box.has_words else None,
        "too_slow": too_slow,
        "acts": bulk.offered(request.user),
        "undo": bulk.kept(request),
        "job": lately_started(request),
        "filter": wanted,
        "beside": beside_box(request.GET, wanted),
        "chips": laid_out(asked, request.user),
        "loosened": [] if found.rows or too_slow else loosened(request.user, wanted, asked),
        "orders": orders(request.user),
        "statuses": Status.choices,
        "behind": behind,
        "key": fresh_key(),
        "newest": Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
        "can": {
            "take": has_right(request.user, Right.TAKE),
            "pick": can_pick,
            "export": has_right(request.user, EXPORT),
        },
    }
    return render(request, "tickets/queue.html#queue" if request.htmx.target == "queue" else "tickets/queue.html", context)


@requires(Right.VIEW)
def columns(request: StaffRequest) -> HttpResponse:
    """Which columns in which order, and how close the rows stand: asked in a dialog or on a page of its own, then in the address, and this
    person's own from now on."""
    if request.method != "POST":
        look = Look.of(request.GET, request.user)
        context = {
            "look": look,
            "columns": [*look.columns, *look.others(request.user)],
            "fixed": SUBJECT,
            "behind": behind_of(request),
        }
        return render(request, "tickets/columns.html#dialog" if request.htmx else "tickets/columns.html", context)
    said: dict[str, str] = {}
    if request.POST.get("usual"):
        forget(request.user)
    else:
        said = choose(request.user, columns=request.POST.getlist("column"), density=request.POST.get(DENSITY, "")).said
    asked = request.GET.copy()
    for name in (COLUMNS, DENSITY, "after"):
        asked.pop(name, None)
    asked.update(said)
    return redirect(f"{reverse('desk:queue')}?{asked.urlencode()}")


@requires(Right.VIEW)
@require_GET
def updates(request: StaffRequest) -> HttpResponse:
    """The tabs' counts, and how many rows of this view changed since the page was drawn. Moves no row."""
    wanted = Wanted.of(request.GET, request.user)
    since = whole_number(request.GET.get("since"))
    try:
        if wanted.box.has_words:
            counts = counts_of_words(request.user, wanted)
            with within(PATIENCE, by_index=True):
                fresh = changed_since(request.user, wanted, since)
        else:
            with within(PATIENCE):
                counts, fresh = tab_counts(wanted.apply(visible_tickets(request.user))), changed_since(request.user, wanted, since)
    except TooSlow:
        counts, fresh = {}, 0  # the page has said so
    response = render(request, "tickets/queue_news.html", {"tabs": tabs(wanted, counts), "fresh": fresh, "behind": behind_of(request)})
    return trigger_client_event(response, "rail")  # the rail counts at the same moment, so that the two never differ


def _with_looseness(asked: QueryDict, wanted: Wanted) -> QueryDict:
    """The address of what is shown: what is done with the list finds the same again, whatever comes meanwhile."""
    if not wanted.loose:
        return asked
    said = asked.copy()
    said[LOOSE] = wanted.loose
    return said


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
