"""What this room keeps of a player, given out or emptied. His rows stay as rows, so that histories and counts stay right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from players.models import Address, AddressUse, GameAccount, Player, ProfileSnapshot


def export(player_id: int) -> Iterator[dict[str, Any]]:
    """The player, his addresses, his accounts and every card of theirs that was kept."""
    for player in Player.objects.filter(pk=player_id):
        yield {"name": player.name, "language": player.language, "country": player.country, "note": player.note, "tier": player.tier}
    for use in AddressUse.objects.filter(player=player_id).select_related("address").order_by("pk"):
        yield {"address": use.address.address, "main": use.main, "since": use.since.isoformat(), "state": use.address.state}
    for account in GameAccount.objects.filter(player=player_id).select_related("game").order_by("pk"):
        yield {"game": account.game.slug, "account": account.external_id, "nickname": account.nickname}
        for snapshot in account.snapshots.order_by("taken_at"):
            yield {"account": account.external_id, "taken_at": snapshot.taken_at.isoformat(), "card": snapshot.fields}


@transaction.atomic
def erase(player_id: int) -> int:
    """Empty all of it. An address that somebody else uses too stays, without this player."""
    emptied = ProfileSnapshot.objects.filter(account__player=player_id).exclude(fields={}).update(fields={})
    for account in GameAccount.objects.filter(player=player_id):
        account.external_id, account.nickname = f"erased-{account.pk}", ""
        account.save(update_fields=["external_id", "nickname"])
        emptied += 1
    used = list(AddressUse.objects.filter(player=player_id).values_list("address_id", flat=True))
    AddressUse.objects.filter(player=player_id).delete()
    for address in Address.objects.filter(pk__in=used, uses=None):
        address.address = address.folded = f"erased-{address.pk}"
        address.state_reason = ""
        address.save(update_fields=["address", "folded", "state_reason"])
        emptied += 1
    return emptied + Player.objects.filter(pk=player_id).update(name="", country="", note="")
