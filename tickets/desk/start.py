"""We write first: a new conversation with a player. Its composer is the ticket's, with a draft of its own that survives leaving."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.base.errors import DomainError
from helpdesk.base.idempotency import Done, as_key, came_of, fresh_key, once
from helpdesk.base.text import clean
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.rights import Right, StaffRequest, requires, scope_for
from helpdesk.studio.models import Game
from players.models import Player
from tickets.access import visible_tickets
from tickets.actors import operator
from tickets.channels import Channel, Start, channels
from tickets.desk.answers import go, say
from tickets.desk.forms import StartForm
from tickets.desk.ticket.writing import keep_upload, previewed, saved_as
from tickets.models import Attachment, Draft, Message, Ticket
from tickets.services.drafts import Hand, drop_start, save_draft, save_start
from tickets.services.reply import OutgoingMessage, start_conversation

HEADING = ("channel", "game", "to", "name", "language", "subject")
NOT_YOURS = _("You may not write first in this game and language.")
SENT = _("Sent. The ticket %(number)s is not yours to see.")


@requires(Right.START)
@require_http_methods(["GET", "POST"])
def start(request: StaffRequest) -> HttpResponse:
    """To whom, about which game, in which language, what."""
    games, own = _games(request), Draft.objects.filter(author=request.user, kind=Draft.Kind.START).first()
    way, begin = _way(request.POST.get("channel") or request.GET.get("channel") or _heading(own).get("channel", ""))
    form = StartForm(request.POST or None, games=games, way=way.name, to=begin.field(), initial=_suggested(request, way, games, own))
    if form.is_valid():
        said = form.cleaned_data
        begun: Done | None = None
        with refusals(form):
            begun = once("start", said["key"], lambda: _begin(request, way, begin, said), by=request.user.pk)
        if begun is not None:
            message = Message.objects.select_related("ticket").get(pk=begun.pk)
            if not begun.first:
                _keep_the_rest(request, message, said["text"])
            return _to_ticket(request, message.ticket.number)
    context = {
        "form": form,
        "way": way,
        "ways": [one for one in channels() if one.can_start],
        "games": games,
        "own": own,
        "files": Attachment.objects.filter(draft=own).select_related("preview").order_by("pk") if own else (),
        "other": _other_player(request, own),
        "limit": settings.MAX_ATTACHMENT_BYTES,
        "limit_words": filesizeformat(settings.MAX_ATTACHMENT_BYTES),
        "can": {"see_attachments": True},
    }
    template = "tickets/start.html#form" if request.htmx else "tickets/start.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


@requires(Right.START)
@require_POST
def draft(request: StaffRequest) -> HttpResponse:
    """Keep what stands there. `sent`: it was sent before, and that answer was lost; `at` is then its ticket."""
    key, text = as_key(request.POST.get("key")), request.POST.get("text", "")
    sent = Message.objects.filter(pk=came_of("start", key, by=request.user.pk) or 0).select_related("ticket").first()
    if sent is not None:
        _keep_the_rest(request, sent, text)
        return JsonResponse({"time": "", "revision": "", "sent": True, "at": reverse("desk:ticket", args=[sent.ticket.number])})
    heading = {name: request.POST.get(name, "") for name in HEADING}
    try:
        saved = save_start(author=request.user, text=text, heading=heading, hand=Hand.of(request.POST))
    except DomainError as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse(saved_as(saved, text) | {"sent": False})


@requires(Right.START)
@require_POST
def drop(request: StaffRequest) -> HttpResponse:
    """Throw the draft away and begin another one."""
    drop_start(request.user)
    return HttpResponseRedirect(f"{reverse('desk:start')}?{request.GET.urlencode()}")


@requires(Right.START)
@require_POST
def upload(request: StaffRequest) -> HttpResponse:
    """A file for it."""
    return keep_upload(request, None, Draft.Kind.START)


@requires(Right.START)
@require_GET
@xframe_options_sameorigin
def preview(request: StaffRequest) -> HttpResponse:
    """The message as the player will see it, from its own address in a frame without scripts."""
    own = Draft.objects.filter(author=request.user, kind=Draft.Kind.START).first()
    said, games = _heading(own), _games(request)
    game = next((one for one in games if str(one.pk) == said.get("game")), games[0] if games else None)
    if game is None:
        raise DomainError(NOT_YOURS)
    language = said.get("language") or game.default_language
    player, subject = Player(name=said.get("name", "")), said.get("subject", "")
    way, _begin = _way(said.get("channel", ""))
    ticket = Ticket(number="…", game=game, player=player, subject=subject, language=language, channel=way.name)
    return previewed(request, ticket, own)


def _begin(request: StaffRequest, way: Channel, begin: Start, said: dict[str, Any]) -> int:
    """The message with which the conversation begins."""
    game: Game = said["game"]
    if not scope_for(request.user, Right.START).allows(game_id=game.pk, language=said["language"]):
        raise DomainError(NOT_YOURS, field="language")
    player, contact = begin.recipient(said["to"], name=said["name"], language=said["language"], game=game)
    return start_conversation(
        game=game,
        player=player,
        contact=contact,
        subject=said["subject"],
        language=said["language"],
        outgoing=OutgoingMessage(text=said["text"], hand=Hand.of(request.POST)),
        by=operator(request.user),
        channel=way.name,
    ).pk


def _keep_the_rest(request: StaffRequest, sent: Message, text: str) -> None:
    """What was changed after a send whose answer got lost is the beginning of the next message."""
    if clean(text).strip() not in sent.text:
        save_draft(sent.ticket, author=request.user, kind=Draft.Kind.REPLY, text=text, hand=Hand(None, None))


def _to_ticket(request: StaffRequest, number: str) -> HttpResponse:
    if visible_tickets(request.user).filter(number=number).exists():
        return go(request, reverse("desk:ticket", args=[number]))
    return say(request, go(request, reverse("desk:queue")), SENT % {"number": number})


def _way(asked: str) -> tuple[Channel, Start]:
    """The channel that was asked for if we can write first by it, else the first by which we can."""
    ways = [(one, one.start) for one in channels() if one.start]
    if not ways:
        raise Http404
    return next((way for way in ways if way[0].name == asked), ways[0])


def _heading(own: Draft | None) -> dict[str, Any]:
    return own.heading if own else {}


def _games(request: StaffRequest) -> list[Game]:
    """Those about which this person may write first."""
    scope = scope_for(request.user, Right.START)
    games = Game.objects.filter(archived_at=None)
    return [game for game in games if scope.everything or any(part.game_id in {None, game.pk} for part in scope.parts)]


def _suggested(request: StaffRequest, way: Channel, games: list[Game], own: Draft | None) -> dict[str, Any]:
    """What was begun here before; else what the address of the page says: from a player's card it names him and the game."""
    asked = request.GET
    game = next((one for one in games if one.slug == asked.get("game")), games[0] if games else None)
    said: dict[str, Any] = {
        "key": fresh_key(),
        "typed": 0,
        "inserted": 0,
        "channel": way.name,
        "game": game.pk if game else None,
        "to": asked.get("to", ""),
        "language": asked.get("language") or (game.default_language if game else ""),
    }
    if own is None:
        return said
    heading = own.heading if _is_begun(own) else {name: words for name, words in own.heading.items() if name not in said}
    if (heading.get("channel") or way.name) != way.name:
        heading = {name: words for name, words in heading.items() if name != "to"}  # there he is called otherwise
    kept = {"channel": way.name, "text": own.text, "revision": own.revision, "typed": own.typed or 0, "inserted": own.inserted or 0}
    return said | heading | kept


def _is_begun(own: Draft) -> bool:
    """Whether words stand in it that somebody would miss."""
    return bool(own.text.strip() or own.heading.get("subject"))


def _other_player(request: StaffRequest, own: Draft | None) -> str:
    """The address of `drop` when somebody comes to write to a player, and finds what they began to write to another one."""
    to = request.GET.get("to", "")
    if own is None or not to or not _is_begun(own) or own.heading.get("to", "") in {"", to}:
        return ""
    return f"{reverse('desk:start_drop')}?{urlencode({name: request.GET.get(name, '') for name in ('channel', 'game', 'to', 'language')})}"
