"""What this room keeps of a player, given out or emptied. His rows stay as rows, so that histories and counts stay right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock, personal
from players.models import Address, AddressUse, GameAccount, Player, PlayerBlock, ProfileSnapshot
from players.traits import words_of_him_alone


def export(player_id: int) -> Iterator[dict[str, Any]]:
    """The player, his addresses, his accounts and every card of theirs that was kept."""
    for player in Player.objects.filter(pk=player_id):
        yield {"name": player.name, "language": player.language, "country": player.country, "note": player.note, "tier": player.tier}
    for use in AddressUse.objects.filter(player=player_id).select_related("address").order_by("pk").iterator():
        yield {"address": use.address.address, "main": use.main, "since": use.since.isoformat(), "state": use.address.state}
    for block in PlayerBlock.objects.filter(player=player_id).order_by("pk"):
        yield {"blocked": block.since.isoformat(), "until": (block.ended_at or block.until).isoformat(), "why": block.why}
    for account in GameAccount.objects.filter(player=player_id).select_related("game").order_by("pk"):
        yield {"game": account.game.slug, "account": account.external_id, "nickname": account.nickname}
        for snapshot in account.snapshots.order_by("taken_at").iterator():
            yield {"account": account.external_id, "taken_at": snapshot.taken_at.isoformat(), "card": snapshot.fields}


def amounts(player_id: int) -> list[tuple[Any, int]]:
    """What there is."""
    return [
        (_("Addresses"), AddressUse.objects.filter(player=player_id).count()),
        (_("Blocks"), PlayerBlock.objects.filter(player=player_id).exclude(why="").count()),
        (_("Game accounts"), GameAccount.objects.filter(player=player_id).count()),
        (_("Cards that the games told"), ProfileSnapshot.objects.filter(account__player=player_id).exclude(fields={}).count()),
    ]


def erase(player_id: int) -> Iterator[int]:
    """Empty all of it in one step. An address that somebody else uses too stays, without this player; a mail that comes from an emptied
    one later makes a new player."""
    with transaction.atomic():
        emptied = personal.empty(words_of_him_alone(player_id))
        emptied += personal.empty(ProfileSnapshot.objects.filter(account__player=player_id))
        for account in GameAccount.objects.filter(player=player_id):
            emptied += personal.empty(GameAccount.objects.filter(pk=account.pk), external_id=f"{personal.ERASED}-{account.pk}", traits=None)
        used = list(AddressUse.objects.filter(player=player_id).values_list("address_id", flat=True))
        held = list(Address.objects.select_for_update().filter(pk__in=used).order_by("pk"))  # a mail that comes this moment waits here
        AddressUse.objects.filter(player=player_id).delete()
        for address in held:
            if not AddressUse.objects.filter(address=address).exists():
                gone = f"{personal.ERASED}-{address.pk}"
                emptied += personal.empty(Address.objects.filter(pk=address.pk), address=gone, folded=gone)
        emptied += personal.empty(PlayerBlock.objects.filter(player=player_id))
        PlayerBlock.objects.filter(player=player_id, ended_at=None).update(ended_at=clock.now())
        emptied += personal.empty(Player.objects.filter(pk=player_id))
        Player.objects.filter(pk=player_id, erased_at=None).update(erased_at=clock.now(), blocked_until=None)
    yield emptied
