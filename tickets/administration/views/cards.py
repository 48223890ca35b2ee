"""The player's card, game by game: what each field is that a game tells, and so who sees it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.models import Role
from helpdesk.staff.rights import Right, StaffRequest, requires
from helpdesk.studio.models import Game
from players.classes import OWN, right_of
from players.models import CardClass, CardLine
from players.services import MOST_LINES, Declaration, declare, forget_names, name_class, undeclare
from tickets.administration.card_forms import ClassForm, ComeForm, LineForm

card_room = requires(Right.MANAGE_ROLES, everywhere=True)


@card_room
def fields(request: StaffRequest) -> HttpResponse:
    """One game's fields: those that were declared, those that came and were not, and the classes of all games."""
    games = list(Game.objects.order_by("archived_at", "name"))
    game = next((one for one in games if one.slug == request.GET.get("game")), games[0] if games else None)
    lines = list(CardLine.objects.filter(game=game).select_related("card_class")) if game else []
    classes = list(CardClass.objects.all())
    context = {
        "games": games,
        "game": game,
        "declared": [line for line in lines if line.card_class_id],
        "came": [line for line in lines if not line.card_class_id],
        "full": len(lines) >= MOST_LINES,
        "classes": [(one, right_of(one).label) for one in classes],
    }
    return render(request, "administration/card_fields.html", context)


@require_POST
@card_room
def come(request: StaffRequest, slug: str) -> HttpResponse:
    """Declare one that has come, and go on with the next of them."""
    game = get_object_or_404(Game, slug=slug)
    form = ComeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what it is."))
        return _to(game)
    line = get_object_or_404(CardLine, pk=form.cleaned_data["line"], game=game)
    declare(
        game,
        line.name,
        Declaration(form.cleaned_data["card_class"], line.label_en, line.label_ru, line.kind, line.filterable),
        by=request.user,
        request=request,
    )
    messages.success(request, _("“%(name)s” is declared. From now on the card follows it.") % {"name": line.name})
    rest = CardLine.objects.filter(game=game, card_class=None)
    following = rest.filter(name__gt=line.name).order_by("name").first() or rest.order_by("name").first()
    return _to(game, f"#line-{following.pk}" if following else "")


@card_room
def new_field(request: StaffRequest, slug: str) -> HttpResponse:
    return _declare(request, get_object_or_404(Game, slug=slug), None)


@card_room
def field(request: StaffRequest, pk: int) -> HttpResponse:
    line = get_object_or_404(CardLine.objects.select_related("game", "card_class"), pk=pk)
    return _declare(request, line.game, line)


def _declare(request: StaffRequest, game: Game, line: CardLine | None) -> HttpResponse:
    form = LineForm.of(line, request.POST or None)
    if form.is_valid():
        with refusals(form):
            declare(game, line.name if line else form.cleaned_data["name"], form.said(), by=request.user, request=request)
            messages.success(request, _("Saved. From now on the card follows it."))
            return _to(game)
    return render(request, "administration/card_field.html", {"form": form, "line": line, "game": game}, status=422 if form.errors else 200)


@require_POST
@card_room
def drop(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a declaration back."""
    line = get_object_or_404(CardLine.objects.select_related("game"), pk=pk)
    undeclare(line, by=request.user, request=request)
    messages.success(request, _("“%(name)s” is closed again.") % {"name": line.name})
    return _to(line.game)


@require_POST
@card_room
def forget(request: StaffRequest, slug: str) -> HttpResponse:
    game = get_object_or_404(Game, slug=slug)
    count = forget_names(game, by=request.user, request=request)
    said = ngettext("%(count)s name is forgotten.", "%(count)s names are forgotten.", count)
    messages.success(request, said % {"count": count})
    return _to(game)


@card_room
def new_class(request: StaffRequest) -> HttpResponse:
    return _name(request, None)


@card_room
def card_class(request: StaffRequest, pk: int) -> HttpResponse:
    """One that the studio has made; the desk's own are called as they are."""
    return _name(request, get_object_or_404(CardClass.objects.exclude(slug__in=OWN), pk=pk))


def _name(request: StaffRequest, shown: CardClass | None) -> HttpResponse:
    form = ClassForm(request.POST or None, initial={"name": shown.name} if shown else None)
    if form.is_valid():
        with refusals(form):
            made = name_class(shown, form.cleaned_data["name"], by=request.user, request=request)
            messages.success(request, _("Saved.") if shown else _("Saved. Now give its right to roles."))
            return redirect("administration:card_class", made.pk) if shown is None else redirect("administration:card_fields")
    holders = Role.objects.filter(rights__contains=[right_of(shown)]) if shown else []
    context = {"form": form, "shown": shown, "holders": holders}
    return render(request, "administration/card_class.html", context, status=422 if form.errors else 200)


def _to(game: Game, place: str = "") -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('administration:card_fields')}?{urlencode({'game': game.slug})}{place}")
