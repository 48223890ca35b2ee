"""What the frame and the desk's pages ask for: the rail's entries for this person."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, NamedTuple

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from helpdesk.base import outward, relay
from helpdesk.base.clock import now
from helpdesk.base.fill import fill
from helpdesk.base.jobs import kinds
from helpdesk.base.templatetags.ui import icon, moment
from helpdesk.staff import menu
from helpdesk.staff.rights import Right, rights_of
from helpdesk.staff.services.keepers import keepers
from tickets.channels import channel
from tickets.desk.addresses import start_address, ticket_address
from tickets.desk.priorities import priority_words
from tickets.desk.queue.filters import asks_for_mine
from tickets.desk.saved_views.state import HERE
from tickets.desk.ticket.history import HistoryLine
from tickets.markup import to_html
from tickets.models import Message, Status
from tickets.rail import RailEntry, entries_for

register = template.Library()


class Keys(NamedTuple):
    """What of the rail decides which keys there are."""

    view: bool
    take: bool
    start: bool
    bulk: bool
    place: str


@register.simple_tag(takes_context=True)
def rail(context: template.Context) -> dict[str, Any]:
    """Which entries the frame draws: what a person may not do is not drawn. Costs the one query for their grants."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None:
        return {}
    held, entries = rights_of(user), entries_for(user)
    keys = Keys(Right.VIEW in held, Right.TAKE in held, Right.START in held, Right.BULK in held, _place(request))
    return {
        **keys._asdict(),
        "keys": keys,
        "entries": entries,
        "settings": _address("staff:settings") if menu.opens_to(user) else "",
        "notices": _address("staff:notices"),
        "bell": _address("staff:bell"),
        "account": _address("staff:account"),
        "jobs": _address("staff:jobs") if kinds.rights() & held else "",
        "appearance": _address("staff:appearance"),
        "away": _address("staff:away"),
        "shifts": _address("staff:shifts"),
        "here": _here(request, entries),
    }


@cache
def _address(name: str) -> str:
    """The page's address, or "" in a house that has no such room."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _place(request: Any) -> str:
    """The page whose own keys are live: "queue", "ticket" or none."""
    match = request.resolver_match
    return match.url_name if match and match.namespace == "desk" and match.url_name in {"queue", "ticket"} else ""


def _here(request: Any, entries: list[RailEntry]) -> str:
    match = request.resolver_match
    if match is None:
        return ""
    if match.view_name == "desk:start":
        return "start"
    if match.namespace == "desk":
        if request.GET.get(HERE):
            return ""  # a view is marked
        return "mine" if asks_for_mine(request.GET) else "queue"
    own = next((entry.name for entry in entries if entry.page == match.view_name), "")
    return own or ("settings" if request.path.startswith(_address("staff:settings")) else "")


@register.simple_tag
def said(message: Message, erased: object) -> SafeString:
    """A message's words, or what stands for them where there are none. `erased`: the player's data are gone."""
    if message.text:
        return _as_written(message.text) if message.kind == Message.Kind.INBOUND else _as_markdown(message.text)
    none = _("Erased") if erased or message.kind != Message.Kind.INBOUND else _("No words of its own; see below.")
    return fill('<span class="quiet-text">{none}</span>', none=none)


@lru_cache(maxsize=256)  # every click on a ticket draws its messages again
def _as_markdown(text: str) -> SafeString:
    """Our own words as the player's mail shows them."""
    return mark_safe(to_html(text).replace("<a href=", '<a target="_blank" href='))  # noqa: S308 - cleaned; the link's rel stands in it


def _as_written(text: str) -> SafeString:
    """A player's words as they were typed, nothing of them markup; links open elsewhere and tell nothing of us."""
    linked = urlize(text, nofollow=False, autoescape=True)
    return mark_safe(linked.replace("<a href=", '<a class="link" target="_blank" rel="noopener noreferrer nofollow" href='))  # noqa: S308


@register.simple_tag
def thread_line(line: HistoryLine) -> SafeString:
    """An event between the messages."""
    drawn = '<p class="ev">{icon}<span><b>{who}</b> {words} · {at}</span></p>'
    return fill(drawn, icon=icon(line.icon, 14), who=line.who, words=line.words, at=moment(line.at))


@register.simple_tag(takes_context=True)
def address(context: template.Context, page: str, *more: int | str) -> str:
    """A page of the ticket on screen, with the view behind it that somebody came from: `{% address 'desk:status' as status %}`."""
    return f"{ticket_address(context['ticket'].number, page, *more)}?{context['behind']}"


@register.simple_tag
def sending(status: str) -> str:
    """What a send button will do, in words."""
    said = {
        Status.ANSWERED: _("Send and set Answered"),
        Status.RESOLVED: _("Send and resolve"),
        Status.IN_PROGRESS: _("Send and set In progress"),
        Status.PENDING: _("Send and set Pending"),
    }
    return said.get(Status(status), _("Send"))


@register.filter
def why_failed(message: Message) -> str:
    """What its channel makes of the error at a message."""
    return channel(message.channel).why_failed(message.error)


@register.filter
def held_for(reason: str) -> str:
    """Why a gate holds a message, in the reader's language; its detail stays as it was found."""
    words, _line, detail = reason.partition("\n")
    said = _(words) if words else ""
    return f"{said} ({detail})" if detail else said


@register.simple_tag
def waits_for(message: Message) -> dict[str, Any]:
    """Why a queued message has not left: `why` is undo, parked, outward, relay or refused; `since` and `next` where they say something.

    One whose undo window runs costs no query.
    """
    if message.parked_at:
        return {"why": "parked"}
    if not message.attempts and message.leaves_at and message.leaves_at > now():
        return {"why": "undo"}
    if outward.standing_lately() != outward.Standing.ON:
        return {"why": "outward"}
    if away := relay.away().get(message.channel):
        return {"why": "relay", "since": away.away_since, "next": max(away.next_try_at or now(), message.leaves_at or now())}
    return {"why": "refused" if message.attempts else "undo", "next": message.leaves_at}


@register.simple_tag
def way_called(name: str) -> str:
    """The way a message takes, as the composer and the thread call it."""
    way = channel(name)
    return str(way.way or way.label)


register.simple_tag(start_address)
register.filter(priority_words)
register.simple_tag(asks_for_mine)


@register.simple_tag(takes_context=True)
def ways_out(context: template.Context) -> dict[str, Any]:
    """From a page that is not this person's: to one that is, and whom to ask for more."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated:
        return {}
    held = rights_of(user)
    ways = [
        (Right.VIEW in held, "desk:queue", _("To the queue")),
        (menu.opens_to(user), "staff:settings", _("To the settings")),
        (bool(held), "staff:account", _("To my account")),
    ]
    url, label = next(((_address(name), label) for open_, name, label in ways if open_), ("", ""))
    return {"no_role": not held, "url": url, "label": label, "keepers": keepers().only("name", "email").order_by("name")[:5]}
