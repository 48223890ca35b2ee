"""A player's data: what there is, given out as an archive, and erased after a day in which that can be taken back."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.base.errors import DomainError
from helpdesk.base.paging import page
from helpdesk.base.personal import keepers
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, StaffRequest, requires
from helpdesk.staff.views import jobs
from players import erasure as erasing
from players import giving_out
from players.models import Address, Erasure, Player
from players.selectors import open_erasure
from tickets.administration.forms import EraseForm
from tickets.administration.views.addresses import may_open

HOURS = erasing.GRACE // timedelta(hours=1)
erasing_room = requires(Right.ERASE_PLAYER, everywhere=True)


@erasing_room
def erasures(request: StaffRequest) -> HttpResponse:
    """Who was erased, who will be, who was spared. No names: of most of them there is none any more."""
    found = page(Erasure.objects.all(), key="id", descending=True, cursor=request.GET.get("after", ""))
    names = dict(User.objects.filter(pk__in={one.asked_by for one in found.rows}).values_list("pk", "name"))
    rows = [{"erasure": one, "by": names.get(one.asked_by or 0, ""), "rows": sum(one.counts.values())} for one in found.rows]
    return render(request, "administration/erasures.html", {"page": found, "rows": rows})


@erasing_room
def data(request: StaffRequest, pk: int) -> HttpResponse:
    """What each room keeps of the player; below, the form that has it erased."""
    player = get_object_or_404(Player, pk=pk)
    form = EraseForm(request.POST or None, player=player)
    if form.is_valid():
        with refusals(form):
            erasing.ask(player, by=request.user, request=request)
            messages.success(request, _("Planned. For %(hours)s hours it can be taken back here.") % {"hours": HOURS})
            return redirect("administration:player_data", pk)
    archive = giving_out.newest_job(player, by=request.user)
    context = {
        "player": player,
        "form": form,
        "job": jobs.shown(archive, request.user) if archive else None,
        "amounts": [amount for keeper in keepers() for amount in keeper.amounts(pk)],
        "planned": open_erasure(player),
        "addresses": Address.objects.filter(uses__player=player).exclude(address="").order_by("pk") if may_open(request.user) else (),
        "hours": HOURS,
    }
    return render(request, "administration/player_data.html", context, status=422 if form.errors else 200)


@require_POST
@erasing_room
def export(request: StaffRequest, pk: int) -> HttpResponse:
    """Have the archive made; the job on the page shows how far it is, and gives it out."""
    try:
        giving_out.ask(get_object_or_404(Player, pk=pk), by=request.user, request=request)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("administration:player_data", pk)


@require_POST
@erasing_room
def spare(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the planned erasure back."""
    planned = open_erasure(get_object_or_404(Player, pk=pk))
    try:
        if planned is None:
            raise DomainError(_("Nothing is planned for this player."))
        erasing.take_back(planned, by=request.user, request=request)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken back. Nothing is erased."))
    return redirect("administration:player_data", pk)
