"""Deliveries that failed again and again and stand still."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from helpdesk.base.bounds import whole_numbers
from helpdesk.base.errors import Conflict
from helpdesk.base.paging import page
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.rights import Right, StaffRequest, has_right, requires
from tickets.administration import services
from tickets.administration.forms import DropForm
from tickets.administration.selectors import numbers, parked_by_subscriber, parked_deliveries, waiting_behind

packing_room = requires(Right.MANAGE_DELIVERIES, everywhere=True)


@packing_room
def deliveries(request: StaffRequest) -> HttpResponse:
    rows = parked_deliveries()
    subscriber = request.GET.get("subscriber", "")
    if subscriber:
        rows = rows.filter(subscriber=subscriber)
    found = page(rows, key="parked_at", descending=True, cursor=request.GET.get("after", ""))
    behind = waiting_behind(found.rows)
    tickets = numbers({one.ticket_id for one in found.rows if one.ticket_id})
    context = {
        "page": found,
        "rows": [{"delivery": one, "ticket": tickets.get(one.ticket_id or 0, ""), "behind": behind[one.pk]} for one in found.rows],
        "subscribers": parked_by_subscriber(),
        "subscriber": subscriber,
        "may_open": has_right(request.user, Right.VIEW),
    }
    return render(request, "administration/deliveries.html", context)


@require_POST
@packing_room
def replay(request: StaffRequest) -> HttpResponse:
    """The picked ones, or all of a subscriber once its trouble is mended."""
    subscriber = request.POST.get("subscriber", "")
    picked = whole_numbers(request.POST.getlist("delivery"))
    if subscriber:
        picked = list(parked_deliveries().filter(subscriber=subscriber).values_list("pk", flat=True))
    count = services.replay(picked, by=request.user, request=request)
    messages.success(
        request, ngettext("%(count)s delivery is tried again.", "%(count)s deliveries are tried again.", count) % {"count": count}
    )
    return redirect("administration:deliveries")


@packing_room
def drop(request: StaffRequest, pk: int) -> HttpResponse:
    """Give one up, with a reason. What it would have done is said first."""
    shown = get_object_or_404(parked_deliveries(), pk=pk)
    form = DropForm(request.POST or None)
    if form.is_valid():
        with refusals(form):
            try:
                services.give_up(shown, reason=form.cleaned_data["reason"], by=request.user, request=request)
            except Conflict as gone:
                messages.error(request, str(gone))
            else:
                messages.success(request, _("It is given up; what waited behind it goes on."))
            return redirect("administration:deliveries")
    context = {"delivery": shown, "form": form, "behind": waiting_behind([shown])[shown.pk]}
    return render(request, "administration/drop.html", context, status=422 if form.errors else 200)
