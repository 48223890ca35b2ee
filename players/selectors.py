"""What the desk shows of a player."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from helpdesk.base.text import fold
from helpdesk.studio.models import Game
from players.models import Address, AddressUse, CardLine, Erasure, GameAccount, Player, ProfileSnapshot

# asked for every answer that comes in
_WRITES = """
SELECT EXISTS (
    SELECT FROM players_addressuse AS used JOIN players_address AS known ON known.id = used.address_id
    WHERE used.player_id = %s AND known.folded = %s
)
"""


@dataclass(frozen=True, slots=True)
class Card:
    """A player beside his ticket: the account of the ticket's game (or none), its newest card, and the one before it."""

    player: Player
    account: GameAccount | None
    snapshot: ProfileSnapshot | None
    earlier: dict[str, Any]
    uses: list[AddressUse]


def card(player: Player, game: Game) -> Card:
    """Three queries, whatever the player has."""
    account = GameAccount.objects.filter(player=player, game=game).order_by("-pk").first()
    snapshots = list(account.snapshots.order_by("-taken_at", "-pk")[:2]) if account else []
    uses = list(AddressUse.objects.filter(player=player).select_related("address").order_by("-main", "pk"))
    return Card(player, account, snapshots[0] if snapshots else None, snapshots[1].fields if len(snapshots) > 1 else {}, uses)


def main_address(player: Player) -> Address | None:
    """Where our mail to this player goes, or None: then he cannot be reached by mail."""
    use = AddressUse.objects.filter(player=player).select_related("address").order_by("-main", "pk").first()
    return use.address if use else None


def who_may_it_be(player: Player, address: Address | None, game: Game) -> QuerySet[Player]:
    """The player and everybody else who writes from this address, each with `accounts_here`: his accounts in this game."""
    accounts = Prefetch("accounts", GameAccount.objects.filter(game=game).order_by("pk"), to_attr="accounts_here")
    there = AddressUse.objects.filter(address=address).values("player") if address else []
    return Player.objects.filter(Q(pk=player.pk) | Q(pk__in=there)).prefetch_related(accounts).order_by("pk")


def account_holder(game: Game, external_id: str) -> Player | None:
    """The player whose account in this game has this id."""
    return Player.objects.filter(accounts__game=game, accounts__external_id=external_id).first()


def writes_from(player_id: int, address: str) -> bool:
    """Whether this address is known to be the player's."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITES, [player_id, fold(address)[:320]])
        found: bool = cursor.fetchone()[0]
    return found


def addresses_of_him_alone(player_id: int) -> list[str]:
    """The addresses that nobody but this player uses, as he wrote them and folded, in small letters."""
    shared = AddressUse.objects.exclude(player=player_id).values("address")
    own = Address.objects.filter(uses__player=player_id).exclude(pk__in=shared).values_list("address", "folded")
    return sorted({spelling.lower() for pair in own for spelling in pair})


def declared(game: Game, names: Iterable[str]) -> dict[str, CardLine]:
    """What the studio has declared of these fields of a game's card, by name, with their classes; one query."""
    rows = CardLine.objects.filter(game=game, name__in=[name for name in names if len(name) <= 80], card_class__isnull=False)
    return {line.name: line for line in rows.select_related("card_class")}


def open_erasure(player: Player | int) -> Erasure | None:
    """The erasure that is planned for this player or has begun."""
    return Erasure.objects.filter(player=player, state__in=[Erasure.State.SCHEDULED, Erasure.State.RUNNING]).first()
