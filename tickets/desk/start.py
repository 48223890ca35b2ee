"""We write first: a new conversation with a player."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from helpdesk.base.errors import DomainError
from helpdesk.games.models import Game
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.rights import Right, StaffRequest, requires, scope_for
from players.services import writer_from
from tickets.access import visible_tickets
from tickets.desk.answers import say
from tickets.desk.forms import StartForm
from tickets.services.reply import Words, start_conversation

CHANNEL = "mail"  # the one way by which we can write first
NOT_YOURS = _("You may not write first in this game and language.")
SENT = _("Sent. The ticket %(number)s is not yours to see.")


@requires(Right.START)
@require_http_methods(["GET", "POST"])
def start(request: StaffRequest) -> HttpResponse:
    """To whom, about which game, in which language, what."""
    scope = scope_for(request.user, Right.START)
    games = [
        game for game in Game.objects.filter(archived_at=None) if scope.everything or any(p.game_id in {None, game.pk} for p in scope.parts)
    ]
    form = StartForm(request.POST or None, games=games, initial=_suggested(request, games))
    if form.is_valid():
        said = form.cleaned_data
        number = ""
        with refusals(form):
            if not scope.allows(game_id=said["game"].pk, language=said["language"]):
                raise DomainError(NOT_YOURS, field="language")
            number = _begin(request, said)
        if number:
            return _to_ticket(request, number)
    return render(request, "tickets/start.html", {"form": form, "games": games}, status=422 if form.is_bound else 200)


def _begin(request: StaffRequest, said: dict[str, Any]) -> str:
    game: Game = said["game"]
    player, contact = writer_from(said["to"], name=said["name"], language=said["language"], game=game)
    message = start_conversation(
        game=game,
        player=player,
        contact=contact,
        subject=said["subject"],
        language=said["language"],
        words=Words(text=said["text"]),
        by=request.user,
        channel=CHANNEL,
    )
    return message.ticket.number


def _to_ticket(request: StaffRequest, number: str) -> HttpResponse:
    if visible_tickets(request.user).filter(number=number).exists():
        return HttpResponseRedirect(reverse("desk:ticket", args=[number]))
    return say(request, HttpResponseRedirect(reverse("desk:queue")), SENT % {"number": number})


def _suggested(request: StaffRequest, games: list[Game]) -> dict[str, Any]:
    """What the address of the page already says: from a player's card it names him and the game."""
    asked = request.GET
    game = next((one for one in games if one.slug == asked.get("game")), games[0] if games else None)
    return {
        "game": game.pk if game else None,
        "to": asked.get("to", ""),
        "language": asked.get("language") or (game.default_language if game else ""),
    }
