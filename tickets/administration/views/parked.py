"""All the work that stands still, of every kind: with its reason, to be tried again or given up."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from helpdesk.base.bounds import whole_numbers
from helpdesk.base.errors import Conflict
from helpdesk.base.parking import Lot, Parked, lots, newest
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, StaffRequest, has_everywhere, has_right, requires
from tickets.administration import services
from tickets.administration.forms import DropForm
from tickets.administration.selectors import numbers

stockroom = requires(Right.MANAGE_DELIVERIES, everywhere=True)
SHOWN = 200  # of each kind


@dataclass(frozen=True, slots=True)
class Row:
    """One parked thing with the number of its ticket, if it has one."""

    parked: Parked
    ticket: str


def _lots_of(user: User) -> list[Lot]:
    return [lot for lot in lots() if not lot.right or has_everywhere(user, lot.right)]


def _lot(user: User, kind: str) -> Lot:
    found = next((lot for lot in _lots_of(user) if lot.name == kind), None)
    if found is None:
        raise Http404
    return found


@stockroom
def parked(request: StaffRequest) -> HttpResponse:
    """The newest of one kind or of all."""
    open_ones = _lots_of(request.user)
    asked = request.GET.get("kind", "")
    chosen = next((lot for lot in open_ones if lot.name == asked), None)
    found = newest(SHOWN, [chosen] if chosen else open_ones)
    counts = [(lot, lot.parked().order_by().count()) for lot in open_ones]
    total = sum(count for lot, count in counts if chosen in {None, lot})
    context = {
        "rows": _rows(found),
        "kinds": [(lot, count) for lot, count in counts if count],
        "chosen": chosen,
        "more": total - len(found),
        "may_open": has_right(request.user, Right.VIEW),
    }
    return render(request, "administration/parked.html", context)


@require_POST
@stockroom
def retry(request: StaffRequest, kind: str) -> HttpResponse:
    """The picked ones of a kind, or all of it once its trouble is mended."""
    lot = _lot(request.user, kind)
    everything = request.POST.get("all") == "yes"
    picked = list(lot.parked().values_list("pk", flat=True)) if everything else whole_numbers(request.POST.getlist("row"))
    count = services.retry_parked(lot, picked, by=request.user, request=request)
    if count:
        messages.success(request, ngettext("%(count)s is tried again.", "%(count)s are tried again.", count) % {"count": count})
    else:
        messages.error(request, _("None of them was parked any more."))
    return redirect("administration:parked")


@stockroom
def dismiss(request: StaffRequest, kind: str, pk: int) -> HttpResponse:
    """Give one up, with a reason."""
    lot = _lot(request.user, kind)
    row = lot.parked().filter(pk=pk).values_list("parked_at", lot.reason_field).first()
    if row is None or lot.dismiss is None:
        raise Http404
    form = DropForm(request.POST or None)
    if form.is_valid():
        with refusals(form):
            try:
                services.dismiss_parked(lot, pk, reason=form.cleaned_data["reason"], by=request.user, request=request)
            except Conflict as gone:
                messages.error(request, str(gone))
            else:
                messages.success(request, _("It is given up."))
            return redirect("administration:parked")
    context = {"row": _rows([Parked(lot, pk, *row)])[0], "form": form}
    return render(request, "administration/dismiss.html", context, status=422 if form.errors else 200)


def _rows(found: list[Parked]) -> list[Row]:
    """With the tickets' numbers: a query for each kind, and one for all."""
    of_kind: dict[str, list[int]] = {}
    for one in found:
        of_kind.setdefault(one.lot.name, []).append(one.pk)
    tickets = {name: lot.tickets(of_kind[name]) for lot in lots() if (name := lot.name) in of_kind}
    named = numbers({ticket for of_one in tickets.values() for ticket in of_one.values()})
    return [Row(one, named.get(tickets[one.lot.name].get(one.pk, 0), "")) for one in found]
