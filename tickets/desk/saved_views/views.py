"""The pages of views: opening one, making and changing them, their order, and the numbers in the rail."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.base.bounds import whole_number
from helpdesk.base.errors import DomainError
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.models import Role
from helpdesk.staff.rights import Right, StaffRequest, requires
from tickets.desk.answers import go, refused, say
from tickets.desk.saved_views import services, undo
from tickets.desk.saved_views.counts import counts_of, state_of
from tickets.desk.saved_views.forms import ViewForm
from tickets.desk.saved_views.overview import overview
from tickets.desk.saved_views.resting import leave_alone, slow_for
from tickets.desk.saved_views.selectors import IN_RAIL, queue_address, shelf, start_of, view_for, views_of
from tickets.desk.saved_views.state import HERE

LIST = "saved_views:list"


@requires()
@require_GET
def home(request: StaffRequest) -> HttpResponse:
    """Where somebody begins after sign-in."""
    start = start_of(request.user)
    return HttpResponseRedirect(queue_address(start) if start else reverse("desk:queue"))


@requires(Right.VIEW)
@require_GET
def open_view(request: StaffRequest, pk: int, slug: str) -> HttpResponse:
    """The queue as the view asks for it. `slug` is for people's eyes: names change."""
    return HttpResponseRedirect(queue_address(view_for(request.user, pk)))


@requires(Right.VIEW)
@require_GET
def rail(request: StaffRequest) -> HttpResponse:
    """The rail's views with their numbers; nothing where that is what the page shows already (`seen`)."""
    views, here = views_of(request.user), whole_number(request.GET.get(HERE))
    counted = views[:IN_RAIL]
    state = state_of(request.user, views, here, slow_for(request, counted))
    if request.GET.get("seen") == state:
        return HttpResponse(status=204)
    counts, slow = counts_of(request.user, counted, slow_for(request, counted))
    leave_alone(request, counted, slow)
    return render(request, "tickets/views/rail.html", {"shelf": shelf(views, counts, slow, here), "state": state})


@requires(Right.VIEW)
@require_GET
def list_views(request: StaffRequest) -> HttpResponse:
    """All of them, with what may be done to each."""
    return _listed(request)


@requires(Right.VIEW)
@require_http_methods(["GET", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    """Keep what the address of this page asks for, which is the queue's, under a name."""
    form = ViewForm(request.POST or None, by=request.user)
    if form.is_valid():
        with refusals(form):
            made = services.make_view(**form.facts(), asked=request.GET, by=request.user, request=request)
            return say(request, go(request, queue_address(made)), _("Saved. It stands in the rail now."))
    return _form(request, form, _("Save as a view"))


@requires(Right.VIEW)
@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything but what it asks for."""
    view = view_for(request.user, pk)
    form = ViewForm(request.POST or None, by=request.user, view=view)
    if form.is_valid():
        with refusals(form):
            revision = form.cleaned_data["revision"] or 0
            services.change_view(view, **form.facts(), revision=revision, by=request.user, request=request)
            return say(request, go(request, reverse(LIST)), _("Saved."))
    return _form(request, form, view.label)


@requires(Right.VIEW)
@require_POST
def save(request: StaffRequest, pk: int) -> HttpResponse:
    """It asks for what the address says from now on."""
    view = view_for(request.user, pk)
    revision = whole_number(request.POST.get("revision"))
    try:
        saved = services.save_address(view, asked=request.GET, revision=revision, by=request.user, request=request)
    except DomainError as error:
        return refused(request, error, f"{reverse('desk:queue')}?{request.GET.urlencode()}")
    return say(request, go(request, queue_address(saved)), _("Saved."))


@requires(Right.VIEW)
@require_POST
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """Up or down among its neighbours."""
    step = -1 if request.POST.get("way") == "up" else 1
    return _done(request, lambda: services.move_view(view_for(request.user, pk), step=step, by=request.user))


@requires(Right.VIEW)
@require_POST
def drop(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete it; for a day it can be taken back."""

    def gone() -> None:
        undo.keep(request, services.drop_view(view_for(request.user, pk), by=request.user, request=request))

    return _done(request, gone)


@requires(Right.VIEW)
@require_POST
def back(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a deletion back."""

    def again() -> None:
        services.bring_back(undo.find(request, pk), by=request.user, request=request)
        undo.forget(request, pk)

    return _done(request, again)


@requires(Right.VIEW)
@require_POST
def start(request: StaffRequest) -> HttpResponse:
    """What one sees after sign-in; with `role`, what its people see who chose nothing."""
    role = get_object_or_404(Role, pk=whole_number(request.POST["role"])) if request.POST.get("role") else None
    pk = whole_number(request.POST.get("view"))

    def chosen() -> None:
        services.begin_with(view_for(request.user, pk) if pk else None, by=request.user, role=role, request=request)
        say(request, HttpResponse(), _("Saved."))

    return _done(request, chosen)


def _done(request: StaffRequest, deed: Callable[[], object]) -> HttpResponse:
    """The list as it stands then."""
    try:
        deed()
    except DomainError as error:
        return refused(request, error, reverse(LIST))
    return _listed(request) if request.htmx else redirect(LIST)


def _listed(request: StaffRequest) -> HttpResponse:
    template = "tickets/views/list.html#views" if request.htmx else "tickets/views/list.html"
    more = {"dropped": undo.dropped(request), "slow": slow_for(request, views_of(request.user))}
    return render(request, template, overview(request.user) | more)


def _form(request: StaffRequest, form: ViewForm, title: str) -> HttpResponse:
    template = "tickets/views/edit.html#dialog" if request.htmx else "tickets/views/edit.html"
    return render(request, template, {"form": form, "title": title}, status=422 if form.errors else 200)
