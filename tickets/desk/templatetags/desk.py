"""What the frame and the desk's pages ask for: the rail's entries for this person."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from helpdesk.staff.rights import Right, rights_of

register = template.Library()

STUDIO_RIGHTS = frozenset(right for right in Right if right.value.startswith("studio."))


@register.simple_tag(takes_context=True)
def rail(context: template.Context) -> dict[str, Any]:
    """Which entries the rail draws: what a person may not do is not drawn. Costs the one query for his grants."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None:
        return {}
    held = rights_of(user)
    return {
        "view": Right.VIEW in held,
        "take": Right.TAKE in held,
        "start": Right.START in held,
        "settings": _address("staff:settings") if held & STUDIO_RIGHTS else "",
        "notices": _address("staff:notices"),
        "account": _address("staff:account"),
        "here": _here(request),
    }


def _address(name: str) -> str:
    """The page's address, or "" in a house that has no such room."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _here(request: Any) -> str:
    match = request.resolver_match
    if match is None:
        return ""
    if match.view_name == "desk:start":
        return "start"
    if match.namespace == "desk":
        return "mine" if request.GET.get("assignee") == "me" and match.url_name == "queue" else "queue"
    return "settings" if request.path.startswith("/settings") else ""
