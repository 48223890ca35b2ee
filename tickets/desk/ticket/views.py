"""The ticket's page and the fragments that keep it fresh."""

from __future__ import annotations

from collections.abc import Sequence
from html import unescape

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from helpdesk.audit.services import note_audit
from helpdesk.base.bounds import whole_number
from helpdesk.base.idempotency import as_key
from helpdesk.staff.availability import availability
from helpdesk.staff.models import User
from helpdesk.staff.notices import see_at
from helpdesk.staff.rights import Right, StaffRequest, requires
from tickets.access import may, ticket_for, visible_tickets
from tickets.channels import channel
from tickets.desk.answers import address_of, say
from tickets.desk.presence import colleagues, looked, viewed
from tickets.desk.queue.filters import BEST, Wanted
from tickets.desk.queue.finding import beside
from tickets.desk.queue.selectors import neighbours
from tickets.desk.ticket.card import card_of, deed_with
from tickets.desk.ticket.onlookers import onlookers
from tickets.desk.ticket.outcome import moved
from tickets.desk.ticket.outlook import outlook, timers_of
from tickets.desk.ticket.page import LOOKS_AFTER_PEOPLE, draw, page_context, rights_on
from tickets.desk.ticket.thread import Thread, news_of
from tickets.models import Attachment, Draft, Status
from tickets.services.drafts import Hand
from tickets.sight import sight_on
from tickets.surveys.selectors import ratings_of

PAST_SHOWN = 6


@requires(Right.VIEW)
@require_GET
def ticket(request: StaffRequest, number: str) -> HttpResponse:
    """The whole page; one that was merged away leads to where it is shown."""
    found = ticket_for(request.user, number)
    if found.merged_into_id is not None:
        return moved(request, found, _("%(number)s was merged into this one."))
    return draw(request, page_context(request, found))


@requires(Right.VIEW)
@require_POST
def updates(request: StaffRequest, number: str) -> HttpResponse:
    """What is new since `after`, and who else is here; says at the same time that this reader is. 204 when nothing changed."""
    found = ticket_for(request.user, number)
    if found.merged_into_id is not None:
        return moved(request, found, _("%(number)s was merged into this one."))
    if "after" not in request.POST:  # a page whose script did not run cannot say what it shows, and must not get all of it twice
        return HttpResponse(status=204)
    after, people = whole_number(request.POST.get("after")), request.POST.get("people", "")
    looked(found, by=request.user, upto=after, writing=request.POST.get("doing") == "writing")
    if request.POST.get("idle") == "no":
        viewed(found, by=request.user)
    told = (people == "-" or found.last_event_id > after) and see_at(request.user, reverse("desk:ticket", args=[found.number]))
    sight = sight_on(request.user, found)
    drafts = list(Draft.objects.filter(ticket=found).select_related("author"))
    own = _written_elsewhere(request, drafts)
    others = colleagues(found, request.user, [draft for draft in drafts if draft.kind != sight.hidden])
    token = ",".join(f"{one.user.pk}{'w' if one.writing else ''}{'h' if one.here else ''}" for one in others)
    if found.last_event_id <= after and token == people and own is None:
        return _rung(HttpResponse(status=204), told)
    fresh = news_of(found, request.user, after=after) if found.last_event_id > after else None
    context = {
        "ticket": found,
        "can": rights_on(found, request.user),
        "sight": sight,
        "fresh": fresh,
        "colleagues": others,
        "people": token,
        "upto": fresh.upto if fresh else after,
        "behind": request.GET.urlencode(),
        "prospects": outlook(found, timers_of(found), [item.message for item in fresh.items.values()]) if fresh else [],
        "holder": availability([found.assignee])[found.assignee.pk] if found.assignee and found.assignee != request.user else None,
        "own": own,
        "own_files": Attachment.objects.filter(draft=own.pk).select_related("preview").order_by("pk") if own and own.pk else (),
    }
    response = _rung(render(request, "tickets/updates.html", context), told)
    if own:
        trigger_client_event(response, "draft-changed", after="swap")
    if fresh and (taken := _taken_by_another(fresh, request.user)):
        return say(request, response, taken, "")
    wrote = [entry.item for entry in fresh.entries if entry.item and not entry.item.mine] if fresh else []
    return say(request, response, _("%(name)s wrote.") % {"name": wrote[-1].author or _("The player")}, "") if wrote else response


def _written_elsewhere(request: StaffRequest, drafts: Sequence[Draft]) -> Draft | None:
    """The reader's draft of what their composer shows, if it holds another text than that: the desk gave a reply back, or another tab
    of theirs wrote or sent it. An empty one where it is gone."""
    asked = request.POST
    if "revision" not in asked:
        return None
    kind = asked.get("mode", "")
    own = next((draft for draft in drafts if draft.author_id == request.user.pk and draft.kind == kind), None)
    if own is None:
        return Draft(kind=kind, revision="") if asked["revision"] else None
    return None if Hand(as_key(asked.get("key")), as_key(asked["revision"])).knows(own) else own


def _taken_by_another(fresh: Thread, reader: User) -> str:
    """Who has the ticket now, said to whoever looks at it while a colleague takes it or is given it."""
    taken = [line for line in fresh.lines if line.kind == "ticket.assigned" and line.actor_id != reader.pk]
    return f"{taken[-1].who} {unescape(strip_tags(taken[-1].words))}" if taken else ""


def _rung(response: HttpResponse, seen: int) -> HttpResponse:
    """The answer, and the bell counts anew where notices were seen."""
    return trigger_client_event(response, "bell") if seen else response


@requires(Right.VIEW)
@require_GET
def card(request: StaffRequest, number: str) -> HttpResponse:
    """The player beside the ticket, with this reader's rights. That they looked is written down."""
    found = ticket_for(request.user, number)
    player_card = card_of(found, request.user)
    if player_card.player:
        note_audit(
            "players.looked_at", by=request.user, subject=player_card.player, request=request, game_id=found.game_id, ticket=found.number
        )
    others = visible_tickets(request.user).filter(player=found.player_id).exclude(pk=found.pk)
    past = list(others.select_related("topic").order_by("-created_at")[: PAST_SHOWN + 1]) if player_card.player else []
    rated = visible_tickets(request.user, Right.SEE_RATING).filter(pk__in=[one.pk for one in past])
    scores = ratings_of(rated.values_list("pk", flat=True)) if past else {}
    answers = found.status != Status.CLOSED and may(request.user, found, Right.REPLY)
    context = {
        "ticket": found,
        "card": player_card,
        "sight": sight_on(request.user, found),
        "signs": channel(found.channel).signature(found, request.user.shown_to_players) if answers else "",
        "past": [(one, scores.get(one.pk), deed_with(one, in_=found, reader=request.user)) for one in past[:PAST_SHOWN]],
        "more": len(past) > PAST_SHOWN,
        "prospects": outlook(found, timers_of(found)),
        "behind": request.GET.urlencode(),
    }
    return render(request, "tickets/card.html", context)


@requires(*LOOKS_AFTER_PEOPLE, everywhere=True)
@require_GET
def who(request: StaffRequest, number: str) -> HttpResponse:
    """Who may see this ticket, and why; for those who look after people or roles."""
    found, named = ticket_for(request.user, number), request.GET.get("q", "").strip()[:120]
    context = {"ticket": found, "found": onlookers(found, named), "named": named, "here": reverse("desk:ticket", args=[found.number])}
    return render(request, "tickets/onlookers.html", context)


@requires(Right.VIEW)
@require_GET
def step(request: StaffRequest, number: str, way: str) -> HttpResponse:
    """On to the neighbour in the view somebody came from, or back to that view at its end."""
    found = ticket_for(request.user, number)
    wanted = Wanted.of(request.GET, request.user)
    before, after = (beside if wanted.sort == BEST else neighbours)(request.user, wanted, found)
    to = after if way == "next" else before
    if to:
        return HttpResponseRedirect(address_of(request, to))
    words = _("That was the last one of this view.") if way == "next" else _("That was the first one of this view.")
    return say(request, HttpResponseRedirect(f"{reverse('desk:queue')}?{request.GET.urlencode()}"), words, "")
