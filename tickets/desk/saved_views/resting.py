"""Views that are too slow to be counted for somebody, kept in their session: how much there is to count is different for each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.http import HttpRequest

from helpdesk.base.clock import now
from tickets.desk.saved_views.models import SavedView

KEPT = "slow_views"
RESTS_FOR = timedelta(minutes=10)


def slow_for(request: HttpRequest, views: Sequence[SavedView]) -> set[int]:
    """The ids of those that took this person too long and are left alone for a while, or until somebody changes them."""
    kept = request.session.get(KEPT, {})
    return {view.pk for view in views if (until := kept.get(_said(view))) and datetime.fromisoformat(until) > now()}


def leave_alone(request: HttpRequest, views: Sequence[SavedView], slow: Collection[int]) -> None:
    """Those of `slow` that were not left alone already are from now on."""
    before, until = slow_for(request, views), (now() + RESTS_FOR).isoformat()
    if set(slow) - before:
        kept = request.session.get(KEPT, {})
        request.session[KEPT] = {_said(view): kept[_said(view)] if view.pk in before else until for view in views if view.pk in slow}


def _said(view: SavedView) -> str:
    return f"{view.pk}.{view.revision}"
