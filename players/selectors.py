"""What the desk shows of a player."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from helpdesk.base import clock
from helpdesk.base.text import fold
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Game
from players.classes import right_of
from players.models import Address, AddressUse, CardLine, Erasure, GameAccount, Player, PlayerBlock, ProfileSnapshot
from players.traits import TRAITS

# asked for every answer that comes in
_WRITES = """
SELECT EXISTS (
    SELECT FROM players_addressuse AS used JOIN players_address AS known ON known.id = used.address_id
    WHERE used.player_id = %s AND known.folded = %s
)
"""


# who is blocked of those who write from an address, and the block; the mail room asks it together with what else it asks for every mail
BLOCKS_AT = """
SELECT player.id, block.id FROM players_address AS known
JOIN players_addressuse AS used ON used.address_id = known.id
JOIN players_player AS player ON player.id = used.player_id AND player.blocked_until > %(now)s
JOIN players_playerblock AS block ON block.player_id = player.id AND block.ended_at IS NULL
WHERE known.folded = %(address)s
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


def likely_writer(users: Sequence[Player], game: Game | None) -> Player | None:
    """Which of those who write from one address it is: the only one, the only one with an account in this game, else the first who has no
    account at all and so stands for “somebody at this address”."""
    if len(users) < 2:
        return next(iter(users), None)
    here = set(GameAccount.objects.filter(player__in=users, game=game).values_list("player_id", flat=True)) if game else set()
    if len(here) == 1:
        return next(user for user in users if user.pk in here)
    owned = set(GameAccount.objects.filter(player__in=users).values_list("player_id", flat=True))
    return next((user for user in users if user.pk not in owned), None)


def block_on(address: str, *, game: Game | None, asked: int | None = None, blocks: Mapping[int, int] | None = None) -> int | None:
    """The id of the block under which what comes from this address is set aside, None for none.

    Anybody may write another one's address above a mail: so it is set aside as a mail from that address, and nothing follows for the
    player. `asked`: the player of the ticket that it continues, whom it is from if the address is his. `blocks`: what `BLOCKS_AT` told;
    without it that is asked here, the only query where nobody there is blocked.
    """
    folded = fold(address)[:320]
    if blocks is None:
        with connection.cursor() as cursor:
            cursor.execute(BLOCKS_AT, {"now": clock.now(), "address": folded})
            blocks = dict(cursor.fetchall())
    if not blocks or not folded:
        return None
    users = list(Player.objects.filter(uses__address__folded=folded).order_by("pk"))
    writer = next((user for user in users if user.pk == asked), None) or likely_writer(users, game)
    return blocks.get(writer.pk) if writer else None


def open_block(player: Player) -> PlayerBlock | None:
    """The block under which he stands, with who decided it; no query for who is not blocked."""
    return PlayerBlock.objects.filter(player=player, ended_at=None).select_related("by").first() if player.is_blocked else None


def addresses_of_him_alone(player_id: int) -> list[str]:
    """The addresses that nobody but this player uses, as he wrote them and folded, in small letters."""
    shared = AddressUse.objects.exclude(player=player_id).values("address")
    own = Address.objects.filter(uses__player=player_id).exclude(pk__in=shared).values_list("address", "folded")
    return sorted({spelling.lower() for pair in own for spelling in pair})


def declared(game: Game, names: Iterable[str]) -> dict[str, CardLine]:
    """What the studio has declared of these fields of a game's card, by name, with their classes; one query."""
    rows = CardLine.objects.filter(game=game, name__in=[name for name in names if len(name) <= 80], card_class__isnull=False)
    return {line.name: line for line in rows.select_related("card_class")}


def filterable_by(trait: str) -> dict[int, frozenset[Right]]:
    """The games (their ids) by whose cards' word for this trait one may filter, with all rights that it takes there; one query.

    Each name under which such a game sends it must be declared so: nobody is found by a field that is closed.
    """
    found: dict[int, set[Right]] = {}
    closed = set()
    for line in CardLine.objects.filter(name__in=TRAITS[trait]).select_related("card_class"):
        if line.card_class and line.filterable:
            found.setdefault(line.game_id, set()).add(right_of(line.card_class))
        else:
            closed.add(line.game_id)
    return {game: frozenset(rights) for game, rights in found.items() if game not in closed}


def open_erasure(player: Player | int) -> Erasure | None:
    """The erasure that is planned for this player or has begun."""
    return Erasure.objects.filter(player=player, state__in=[Erasure.State.SCHEDULED, Erasure.State.RUNNING]).first()
