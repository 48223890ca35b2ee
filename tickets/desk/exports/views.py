"""The door through which a list becomes a file."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from helpdesk.base import clock
from helpdesk.base.errors import DomainError
from helpdesk.base.idempotency import as_key, once
from helpdesk.staff.rights import StaffRequest, requires
from tickets.desk.answers import go, say
from tickets.desk.exports import making
from tickets.desk.queue.bulk_views import STARTED, queue_of
from tickets.desk.rights import EXPORT


@requires(EXPORT)
@require_POST
def export(request: StaffRequest) -> HttpResponse:
    """Have the list of this address made into a file; the queue shows how far it is."""
    try:
        done = once(
            "export",
            as_key(request.POST.get("key")),
            lambda: making.start(request.GET, request.POST.get("format", ""), by=request.user, request=request).pk,
            by=request.user.pk,
        )
    except DomainError as refusal:
        return say(request, go(request, queue_of(request)), str(refusal), "late")
    request.session[STARTED] = {"pk": done.pk, "at": clock.now().isoformat()}
    return HttpResponseRedirect(queue_of(request))
