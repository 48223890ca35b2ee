"""Reasons: looking after the studio's lists of them. Which lists there are the rooms that ask say (`helpdesk/studio/reasons.py`)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.audit.services import changed, note_audit
from helpdesk.base.text import one_line
from helpdesk.staff.models import User
from helpdesk.staff.services.words import put_aside, save_named
from helpdesk.studio.models import Game, Reason
from helpdesk.studio.reasons import ReasonList
from helpdesk.studio.selectors import for_game


@transaction.atomic
def make_reason(
    of: ReasonList,
    *,
    name: str,
    by: User,
    game: Game | None = None,
    place: int = 0,
    default_hours: int | None = None,
    request: HttpRequest | None = None,
) -> Reason:
    """For one game or for all. DomainError for a name that another reason of the list has there."""
    hours = default_hours if of.has_deadline else None
    reason = Reason(list=of.name, name=one_line(name, 60), game=game, place=place, default_hours=hours)
    _save(reason)
    note_audit("studio.reason_made", by=by, subject=reason, request=request, game_id=reason.game_id, name=reason.name, list=of.name)
    return reason


@transaction.atomic
def change_reason(
    reason: Reason, *, name: str, place: int, by: User, default_hours: int | None = None, request: HttpRequest | None = None
) -> Reason:
    """Tickets that are on hold for it keep the day they have. DomainError for a name that another reason of the list has there."""
    kept = Reason.objects.select_for_update(of=("self",)).get(pk=reason.pk)
    facts = {"name": one_line(name, 60), "place": place, "default_hours": default_hours}
    if differences := changed({field: getattr(kept, field) for field in facts}, facts):
        for field, value in facts.items():
            setattr(kept, field, value)
        _save(kept)
        note_audit("studio.reason_changed", by=by, subject=kept, request=request, game_id=kept.game_id, changes=differences)
    return kept


def set_archived(reason: Reason, archived: bool, *, by: User, request: HttpRequest | None = None) -> Reason:
    """An archived reason is not offered any more; what was done for it still says so."""
    actions = "studio.reason_archived", "studio.reason_reopened"
    return put_aside(reason, archived, actions=actions, by=by, request=request, game_id=reason.game_id, name=reason.name)


def _save(reason: Reason) -> None:
    there = for_game(reason.game) if reason.game else Q()
    alike = Reason.objects.filter(there, list=reason.list, name__iexact=reason.name)
    save_named(reason, alike, nameless=_("A reason needs a name."), taken=_("There is already a reason of this name."))
