"""Whom of others the desk calls: each server with its state, and the newest calls with what came of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.base.paging import page
from helpdesk.staff.rights import Right, StaffRequest, requires
from tickets.administration import services
from tickets.administration.selectors import calls_of, service_sheets

switchboard = requires(Right.MANAGE_DELIVERIES, everywhere=True)


@switchboard
def calls(request: StaffRequest) -> HttpResponse:
    """All servers, and the calls to one of them or to all."""
    sheets = service_sheets()
    known = {sheet.name: sheet for sheet in sheets}
    chosen, failed = known.get(request.GET.get("server", "")), request.GET.get("failed") == "yes"
    found = page(
        calls_of(chosen.name if chosen else "", only_failed=failed), key="at", descending=True, cursor=request.GET.get("after", "")
    )
    context = {
        "sheets": sheets,
        "chosen": chosen,
        "failed": failed,
        "page": found,
        "rows": [(row, known[row.service].label if row.service in known else row.service) for row in found.rows],
    }
    return render(request, "administration/outgoing.html", context)


@require_POST
@switchboard
def hurry(request: StaffRequest, name: str) -> HttpResponse:
    """A server that is left alone may be called at once."""
    if services.hurry_service(name, by=request.user, request=request):
        messages.success(request, _("The next call goes out and shows whether it is back."))
    else:
        messages.error(request, _("It is not left alone any more."))
    return redirect("administration:outgoing")
