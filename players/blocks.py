"""Blocking a player: what he writes from then on is set aside, until a moment or until somebody lifts it. A person decides both.

What comes of it for tickets and channels lies above (`tickets/services/blocks.py`); here stand the row, what his own row says, the audit.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.audit.services import note_audit
from helpdesk.base.bounds import demand_promise
from helpdesk.base.clock import now
from helpdesk.base.errors import Conflict, DomainError
from helpdesk.base.templatetags.ui import moment_words
from helpdesk.base.text import one_line
from helpdesk.staff.models import User
from players.models import Player, PlayerBlock


@transaction.atomic
def block(player: Player, *, until: datetime, why: str, by: User, request: HttpRequest | None = None) -> PlayerBlock:
    """Until a moment within two years. Conflict when somebody was first; DomainError without a reason."""
    demand_promise(until, field="until")
    if not (why := one_line(why, 500)):
        raise DomainError(_("Say why."), field="why")
    kept = Player.objects.select_for_update(no_key=True).get(pk=player.pk)
    if kept.erased_at:
        raise Conflict(_("This player's data are erased."))
    standing = PlayerBlock.objects.filter(player=kept, ended_at=None).select_related("by").first()
    if standing:
        said = {"name": standing.by.name, "time": moment_words(standing.until)}
        raise Conflict(_("%(name)s has blocked this player already, until %(time)s.") % said)
    made = PlayerBlock.objects.create(player=kept, since=now(), until=until, why=why, by=by)
    kept.blocked_until = until
    kept.save(update_fields=["blocked_until"])
    note_audit("players.blocked", by=by, subject=kept, request=request, block=made.pk, until=until)
    return made


@transaction.atomic
def end(pk: int, *, by: User | None, request: HttpRequest | None = None) -> PlayerBlock:
    """Lift a block, or find that it is over by itself (`by` None). Conflict when it has ended already, or is not over yet."""
    at, found = now(), PlayerBlock.objects.get(pk=pk)
    player = Player.objects.select_for_update(no_key=True).get(pk=found.player_id)
    kept = PlayerBlock.objects.get(pk=pk)
    if kept.ended_at is not None or (by is None and kept.until > at):
        raise Conflict(_("This player is not blocked any more.") if kept.ended_at else _("This player is blocked still."))
    kept.ended_at, kept.ended_by = min(kept.until, at), by
    kept.save(update_fields=["ended_at", "ended_by"])
    player.blocked_until = None
    player.save(update_fields=["blocked_until"])
    note_audit("players.unblocked", by=by, subject=player, request=request, block=kept.pk)
    return kept
