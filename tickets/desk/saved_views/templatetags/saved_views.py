"""What the queue shows of the view that one is in."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.utils.translation import gettext as _

from helpdesk.base.errors import DomainError
from tickets.desk.queue.filters import Wanted
from tickets.desk.saved_views.audience import may_change
from tickets.desk.saved_views.models import SavedView
from tickets.desk.saved_views.selectors import view_here
from tickets.desk.saved_views.state import kept, left_out

register = template.Library()


@dataclass(frozen=True, slots=True)
class Here:
    """The view somebody came from. `changed`: the address asks for something else by now; `left_out`: if not, what it asks for in vain."""

    view: SavedView
    changed: bool
    may_change: bool
    left_out: list[str]


@register.simple_tag(takes_context=True)
def view_of(context: template.Context, wanted: Wanted) -> Here | None:
    """What the queue says of the view one is in; None where one is in none."""
    request = context["request"]
    view = view_here(request)
    if view is None:
        return None
    try:
        changed = kept(request.GET, request.user) != view.address
    except DomainError:  # more than can be kept
        changed = True
    return Here(view, changed, changed and may_change(request.user, view), [] if changed else left_out(wanted))


@register.simple_tag(takes_context=True)
def queue_title(context: template.Context, wanted: Wanted) -> str:
    """What the queue is called as it is asked for."""
    view = view_here(context["request"])
    return view.label if view else _("Mine") if wanted.mine else _("Queue")
