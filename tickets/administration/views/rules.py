"""Life cycle rules: when a ticket changes its status by itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from helpdesk.base.bounds import whole_number
from helpdesk.base.errors import DomainError
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.rights import Right, StaffRequest, requires, scope_for
from helpdesk.studio.models import Game
from tickets.administration import services
from tickets.administration.forms import RuleForm
from tickets.administration.selectors import rule_for, rule_sheets
from tickets.models import LifecycleRule
from tickets.services.rules import counts

clock_room = requires(Right.MANAGE_LIFECYCLE)


@clock_room
def rules(request: StaffRequest) -> HttpResponse:
    return render(request, "administration/rules.html", {"sheets": rule_sheets(request.user)})


@clock_room
def rule(request: StaffRequest, pk: int) -> HttpResponse:
    shown = rule_for(request.user, pk)
    concerned = counts(shown)
    form = RuleForm(request.POST or None, rule=shown, concerned=concerned)
    if form.is_valid():
        with refusals(form):
            rearmed = services.edit_rule(shown, by=request.user, request=request, **form.facts())
            said = ngettext("Saved; %(count)s ticket follows it already.", "Saved; %(count)s tickets follow it already.", rearmed)
            messages.success(request, said % {"count": rearmed} if rearmed else _("Saved."))
            return redirect("administration:rules")
    return render(
        request, "administration/rule.html", {"rule": shown, "form": form, "concerned": concerned}, status=422 if form.errors else 200
    )


@require_POST
@clock_room
def own(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a game its own copy of a rule for all; the game must be one of this person's."""
    common = get_object_or_404(LifecycleRule, pk=pk, game=None)
    scope = scope_for(request.user, Right.MANAGE_LIFECYCLE)
    game = Game.objects.filter(scope.games_q("pk"), pk=whole_number(request.POST.get("game"))).first()
    if game is None:
        raise Http404
    try:
        made = services.own_rule(common, game, by=request.user, request=request)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("administration:rules")
    return redirect("administration:rule", made.pk)


@require_POST
@clock_room
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    shown = rule_for(request.user, pk)
    try:
        services.remove_rule(shown, by=request.user, request=request)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("administration:rule", pk)
    messages.success(request, _("The game follows the rule for all again."))
    return redirect("administration:rules")
