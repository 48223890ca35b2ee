"""Addresses that mails do not reach: why, what the provider holds against them, and trying them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from helpdesk.base.bounds import whole_numbers
from helpdesk.base.errors import DomainError
from helpdesk.base.paging import page
from helpdesk.base.text import fold
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, StaffRequest, has_everywhere, requires
from players.models import Address, Player
from tickets.actors import operator
from tickets.mail.outbound import suppressions
from tickets.mail.provider import Suppression

P = ParamSpec("P")
MOST_PLAYERS = 20


def post_room(view: Callable[Concatenate[StaffRequest, P], HttpResponse]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Who looks after mails, and may see addresses too."""
    return requires(Right.MANAGE_MAIL, everywhere=True)(requires(Right.SEE_PLAYER_CONTACT, everywhere=True)(view))


def may_open(reader: User) -> bool:
    """Whether that is this person, for links to these pages."""
    return has_everywhere(reader, Right.MANAGE_MAIL) and has_everywhere(reader, Right.SEE_PLAYER_CONTACT)


@post_room
def addresses(request: StaffRequest) -> HttpResponse:
    """Those in trouble, the newest first; with `q` the page of the one that is asked for."""
    asked = request.GET.get("q", "").strip()
    found = Address.objects.filter(folded=fold(asked)[:320]).first() if asked else None
    if found:
        return redirect("administration:address", found.pk)
    listed = page(suppressions.in_trouble(), key="state_since", descending=True, cursor=request.GET.get("after", ""))
    return render(request, "administration/addresses.html", {"page": listed, "q": asked})


@post_room
def address(request: StaffRequest, pk: int) -> HttpResponse:
    """What is known of it, and which answers did not reach it."""
    return _draw(request, _address(pk))


@require_POST
@post_room
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask the provider; its answer is drawn, and kept nowhere."""
    found = _address(pk)
    try:
        return _draw(request, found, asked=suppressions.ask(found))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("administration:address", pk)


@require_POST
@post_room
def lift(request: StaffRequest, pk: int) -> HttpResponse:
    """Good again, here and at the provider's; the picked answers leave once more."""
    found = _address(pk)
    picked = whole_numbers(request.POST.getlist("message")[: suppressions.MOST_MESSAGES])
    try:
        left = suppressions.lift(found, by=request.user, request=request)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("administration:address", pk)
    if left:
        return _draw(request, found, asked=left, status=409)
    failed = [message for message in suppressions.failed_to(found, request.user) if message.pk in picked]
    sent, why = suppressions.send_again(failed, by=operator(request.user))
    messages.success(request, _("The address counts as good again."))
    if sent:
        said = ngettext("%(count)s answer is on its way again.", "%(count)s answers are on their way again.", sent)
        messages.success(request, said % {"count": sent})
    if why:
        messages.error(request, why)
    return redirect("administration:address", pk)


def _address(pk: int) -> Address:
    return get_object_or_404(Address.objects.exclude(address=""), pk=pk)


def _draw(request: StaffRequest, found: Address, *, asked: Sequence[Suppression] | None = None, status: int = 200) -> HttpResponse:
    """`asked`: what the provider has just answered; None when nobody has asked it."""
    keeper = suppressions.keeper()
    context = {
        "address": found,
        "players": Player.objects.filter(uses__address=found).order_by("pk")[:MOST_PLAYERS],
        "may_see_data": has_everywhere(request.user, Right.ERASE_PLAYER),
        "may_see_names": has_everywhere(request.user, Right.SEE_PLAYER),
        "failed": suppressions.failed_to(found, request.user),
        "provider": keeper.label if keeper else "",
        "asked": asked,
    }
    return render(request, "administration/address.html", context, status=status)
