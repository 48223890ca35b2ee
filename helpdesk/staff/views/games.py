"""Games: their brand and when somebody is there."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.base import blobs
from helpdesk.base.languages import language_name
from helpdesk.staff.forms.games import COLOURS, GameForm
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.leaving import held_in
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, StaffRequest, has_everywhere, requires, scope_for
from helpdesk.staff.services.games import change_game, make_game, set_archived
from helpdesk.studio.models import Game

brand_room = requires(Right.MANAGE_GAMES)
HEX = re.compile(r"#[0-9a-f]{6}\Z")


def game_for(user: User, pk: int) -> Game:
    """The door to one game; a stranger's is a 404."""
    return get_object_or_404(Game.objects.filter(scope_for(user, Right.MANAGE_GAMES).games_q("pk")), pk=pk)


@brand_room
def games(request: StaffRequest) -> HttpResponse:
    listed = Game.objects.filter(scope_for(request.user, Right.MANAGE_GAMES).games_q("pk")).order_by("archived_at", "name")
    rows = [{"game": game, "languages": [language_name(code) for code in game.languages]} for game in listed]
    return render(request, "staff/games.html", {"rows": rows, "may_add": has_everywhere(request.user, Right.MANAGE_GAMES)})


@requires(Right.MANAGE_GAMES, everywhere=True)
def new_game(request: StaffRequest) -> HttpResponse:
    form = GameForm.of(None, request.POST or None, request.FILES or None)
    if form.is_valid():
        with refusals(form):
            facts = form.facts()
            facts.pop("drop_logo")
            game = make_game(by=request.user, request=request, **facts)
            messages.success(request, _("%(name)s is here.") % {"name": game.name})
            return redirect("staff:game", game.pk)
    return render(request, "staff/game.html", {"form": form, "look": _look(form, None)}, status=422 if form.errors else 200)


@brand_room
def game(request: StaffRequest, pk: int) -> HttpResponse:
    shown = game_for(request.user, pk)
    form = GameForm.of(shown, request.POST or None, request.FILES or None)
    if form.is_valid():
        with refusals(form):
            change_game(shown, by=request.user, request=request, **form.facts())
            messages.success(request, _("Saved. New mails wear it from now on."))
            return redirect("staff:game", pk)
    context = {"form": form, "game": shown, "look": _look(form, shown), "held": held_in(shown)}
    return render(request, "staff/game.html", context, status=422 if form.errors else 200)


@require_POST
@brand_room
def preview(request: StaffRequest) -> HttpResponse:
    """The brand as it would look, drawn from what is typed and not yet saved."""
    form = GameForm.of(None, request.POST)
    return render(request, "staff/_look.html", {"look": _look(form, None)})


@require_POST
@brand_room
def archive(request: StaffRequest, pk: int) -> HttpResponse:
    shown = game_for(request.user, pk)
    set_archived(shown, request.POST.get("archived") == "1", by=request.user, request=request)
    messages.success(request, _("Done."))
    return redirect("staff:game", pk)


@brand_room
def logo(request: StaffRequest, pk: int) -> HttpResponse:
    """The logo's bytes: a PNG that we drew ourselves."""
    shown = game_for(request.user, pk)
    if shown.logo is None:
        raise Http404
    try:
        content = blobs.read(shown.logo)
    except blobs.Unreadable as error:
        raise Http404 from error
    return HttpResponse(
        content, content_type="image/png", headers={"Cache-Control": "private, max-age=60", "X-Content-Type-Options": "nosniff"}
    )


def _look(form: GameForm, shown: Game | None) -> dict[str, Any]:
    """What the preview draws. A colour that is not one falls back to grey, since it goes into an attribute."""
    look: dict[str, Any] = {name: str(form[name].value() or "").lower() for name in COLOURS}
    look = {name: value if HEX.match(value) else "#888888" for name, value in look.items()}
    name = str(form["name"].value() or "")
    look |= {
        "name": name.upper() if form["uppercase_name"].value() else name,
        "strapline": form["strapline"].value() or "",
        "team_name": form["team_name"].value() or "",
        "serif": form["face"].value() == "serif",
        "logo": bool(shown and shown.logo_id),
        "game": shown,
        "unreadable": form.unreadable(look),
    }
    return look
