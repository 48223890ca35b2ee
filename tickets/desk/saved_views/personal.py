"""What a view says of a player: he may stand in its name, in its folder's or in what it asks for. A view is its owner's: nothing of it is
given out, and when he is erased it is kept without him and its owner is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.urls import reverse

from helpdesk.audit.services import note_audit
from helpdesk.base.claims import hold_names
from helpdesk.base.clock import now
from helpdesk.staff.notices import notify
from tickets.desk.queue.filters import address_without
from tickets.desk.saved_views.models import SavedView
from tickets.desk.saved_views.undo import KEPT
from tickets.search.mentions import SpokenOf

CLEANED = "views.cleaned"


def export(_player_id: int) -> Iterator[dict[str, Any]]:
    """Nothing that is not somewhere else."""
    yield from ()


def erase(player_id: int) -> Iterator[int]:
    """A view that speaks of him is a step; at last those that were deleted and could still be taken back."""
    his = SpokenOf(player_id)
    for view in list(SavedView.objects.order_by("pk")):
        if _without(view, his):
            yield _clean(view.pk, his)
    yield _forget_deleted(his)


@transaction.atomic
def _clean(pk: int, his: SpokenOf) -> int:
    hold_names("saved views")
    view = SavedView.objects.select_for_update(of=("self",)).select_related("user", "changed_by", "created_by").filter(pk=pk).first()
    if view is None or not (differences := _without(view, his)):
        return 0
    owners = [view.user] if view.user else [person for person in (view.changed_by, view.created_by) if person]
    for name, value in differences.items():
        setattr(view, name, value)
    view.revision += 1
    view.changed_by, view.changed_at = None, now()
    view.save()
    notify(owners, CLEANED, link=reverse("saved_views:open", args=[view.pk, "view"]))  # not its own link, which says its name
    if view.shared:
        note_audit("views.changed", by=None, subject=view, whose=view.whose, fields=sorted(differences))
    return 1


def _forget_deleted(his: SpokenOf) -> int:
    """Out of all sessions. One that is written at this very moment keeps what it had until it ends."""
    gone = 0
    for session in Session.objects.filter(expire_date__gt=now()).iterator():
        said = session.get_decoded()
        dropped = said.get(KEPT, ())
        stay = [facts for facts in dropped if not _without(SavedView(**{name: facts[name] for name in ("ours", *SavedView.personal)}), his)]
        if less := len(dropped) - len(stay):
            kept = Session.objects.encode(said | {KEPT: stay})
            gone += less * Session.objects.filter(pk=session.pk, session_data=session.session_data).update(session_data=kept)
    return gone


def _without(view: SavedView, his: SpokenOf) -> dict[str, str]:
    """What of the view becomes of its texts without him; empty where they do not speak of him."""
    facts = {
        "name": view.name if view.ours else his.name_without(view.name),
        "folder": his.name_without(view.folder),
        "address": address_without(view.address, his),
    }
    return {name: value for name, value in facts.items() if value != getattr(view, name)}
