"""Blocking a player from his ticket, lifting it, and what becomes of what he wrote meanwhile.

Open tickets of his stay as they are, and operators may write to him. A channel sets aside what he writes while `player.is_blocked`; a
message that comes in this very moment counts as written before or after, and is lost in neither case.
"""

from __future__ import annotations

from datetime import datetime
from math import inf

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.audit.services import note_audit
from helpdesk.base.clock import now
from helpdesk.base.errors import Conflict
from helpdesk.base.parking import announce
from helpdesk.base.sweeps import each_alone
from helpdesk.base.turns import Turn
from helpdesk.staff.models import User
from players import blocks
from players.models import Player, PlayerBlock
from tickets.actors import SYSTEM, operator
from tickets.channels import channels
from tickets.events import record_about
from tickets.events.of_players import PlayerBlocked, PlayerUnblocked
from tickets.models import Ticket


@transaction.atomic
def block_player(player: Player, *, on: Ticket, until: datetime, why: str, by: User, request: HttpRequest | None = None) -> PlayerBlock:
    """`on`: the ticket beside which it was decided. No flow does that: whoever can fool a machine could have others blocked by it."""
    for over in PlayerBlock.objects.filter(player=player, ended_at=None, until__lte=now()):
        _end(over.pk, by=None)  # the sweep has not come by yet
    made = blocks.block(player, until=until, why=why, by=by, request=request)
    record_about(made.player, PlayerBlocked(block=made.pk, until=until, ticket=on.pk), by=operator(by))
    return made


def unblock_player(player: Player, *, by: User, request: HttpRequest | None = None) -> PlayerBlock:
    """He may write again; what was set aside waits to be brought in. Conflict when he is not blocked any more."""
    standing = PlayerBlock.objects.filter(player=player, ended_at=None).first()
    if standing is None:
        raise Conflict(_("This player is not blocked any more."))
    return _end(standing.pk, by=by, request=request)


def end_due(*, seconds: float = inf) -> int:
    """A sweep: what is over by itself, one after the other; returns how many were taken up."""
    due = PlayerBlock.objects.filter(ended_at=None, parked_at=None, until__lte=now()).order_by("until", "pk").values_list("pk", flat=True)
    return each_alone(list(due[:1000]), lambda pk: _end(pk, by=None), park=_park, turn=Turn(seconds))


def retry(pks: list[int]) -> int:
    """Give parked ones back to the sweep; returns how many there were."""
    return PlayerBlock.objects.filter(pk__in=pks, parked_at__isnull=False).update(parked_at=None, trouble="")


def kept_aside(player: Player) -> int:
    """How many messages of his wait to be brought in; a query for each channel that keeps any."""
    return sum(channel.kept_aside(player) for channel in channels())


@transaction.atomic
def bring_in(player: Player, *, by: User, request: HttpRequest | None = None) -> int:
    """What was set aside comes in as if it had just come, in its order. Conflict while he is blocked: it would be set aside again."""
    kept = Player.objects.select_for_update(no_key=True).get(pk=player.pk)
    if kept.is_blocked:
        raise Conflict(_("This player is blocked still. Lift that first."))
    count = sum(channel.bring_in(kept) for channel in channels())
    if count:
        note_audit("players.brought_in", by=by, subject=kept, request=request, count=count)
    return count


@transaction.atomic
def _end(pk: int, *, by: User | None, request: HttpRequest | None = None) -> PlayerBlock:
    ended = blocks.end(pk, by=by, request=request)
    told = PlayerUnblocked(block=pk, aside=kept_aside(ended.player))
    record_about(ended.player, told, by=operator(by) if by else SYSTEM)
    return ended


def _park(pk: int, reason: str) -> None:
    if PlayerBlock.objects.filter(pk=pk, ended_at=None).update(parked_at=now(), trouble=reason[:300]):
        announce("block")
