"""The bell and the list behind it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from helpdesk.base.bounds import whole_numbers
from helpdesk.staff.models import Notice
from helpdesk.staff.notices import notices_page, see, unseen_count
from helpdesk.staff.rights import StaffRequest, requires


@requires()
def notices(request: StaffRequest) -> HttpResponse:
    unseen_only = request.GET.get("unseen") == "1"
    page = notices_page(request.user, cursor=request.GET.get("after", ""), unseen_only=unseen_only)
    context = {"page": page, "unseen_only": unseen_only, "unseen": unseen_count(request.user)}
    return render(request, "staff/notices.html", context)


@requires()
def bell(request: StaffRequest) -> HttpResponse:
    """The count for the bell; 286 would stop the asking, so it is 200 each time and some twenty bytes."""
    return render(request, "staff/bell.html", {"unseen": unseen_count(request.user)})


@require_POST
@requires()
def seen(request: StaffRequest) -> HttpResponse:
    """Mark all as seen, or the ones that are named."""
    picked = whole_numbers(request.POST.getlist("notice"))
    see(request.user, pks=picked or None)
    return redirect("staff:notices")


@require_POST
@requires()
def follow(request: StaffRequest, pk: int) -> HttpResponse:
    """Mark one as seen and go where it leads."""
    notice = get_object_or_404(Notice, pk=pk, user=request.user)
    see(request.user, pks=[notice.pk])
    return redirect(notice.link if notice.link.startswith("/") and not notice.link.startswith("//") else "staff:notices")
