"""Finding and making players."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest

from helpdesk.audit.services import note_audit
from helpdesk.base import clock
from helpdesk.base.rows import made
from helpdesk.base.text import fold, one_line
from helpdesk.staff.models import User
from helpdesk.studio.models import Game
from players.models import Address, AddressUse, CardField, GameAccount, Player, ProfileSnapshot

NAMES_OF_A_CARD = 200  # so many fields of one card are remembered by name; the others stay unsorted

_ADDRESS = """
INSERT INTO players_address (address, folded, state, state_reason) VALUES (%s, %s, %s, '')
ON CONFLICT (folded) DO UPDATE SET state = players_address.state RETURNING *, xmax = 0 AS just_made
"""
_NEWCOMER = f"""
WITH here AS ({_ADDRESS}), player AS (
    INSERT INTO players_player (name, language, country, note, tier, created_at)
    SELECT %s, %s, '', '', '', %s FROM here WHERE just_made RETURNING id
), used AS (
    INSERT INTO players_addressuse (player_id, address_id, main, since) SELECT player.id, here.id, true, %s FROM player, here
)
SELECT {", ".join(f"here.{field.attname}" for field in Address._meta.concrete_fields)}, player.id FROM here LEFT JOIN player ON true
"""  # noqa: S608 - our own words


def _address(address: str) -> Address:
    """The row of a mail address, made or found, and locked until the transaction ends."""
    return Address.objects.raw(_ADDRESS, _spelled(address))[0]


def _spelled(address: str) -> list[str]:
    return [one_line(address, 320), fold(address)[:320], Address.State.GOOD]


@transaction.atomic(savepoint=False)
def writer_from(address: str, *, name: str = "", language: str = "", game: Game | None = None) -> tuple[Player, Address]:
    """Who writes from `address`, made if nobody does, and the address.

    Several players on one address are not guessed between: the one with an account in `game` if exactly one has it, else a
    player without accounts who stands for “somebody at this address” until an operator says who it is. The address is locked until
    the transaction ends, so that two first mails at once make one player; an address, its player and its use are one statement.
    """
    newcomer, now = Player(name=one_line(name, 120), language=language), clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_NEWCOMER, [*_spelled(address), newcomer.name, newcomer.language, now, now])
        names = [column.name for column in cursor.description]
        *facts, pk = cursor.fetchone()
    row = Address.from_db(connection.alias, names[:-1], facts)
    if pk is not None:
        newcomer.created_at = now
        made(newcomer, pk)
        return newcomer, row
    users = list(Player.objects.filter(uses__address=row).order_by("pk"))
    if len(users) > 1:
        here = set(GameAccount.objects.filter(player__in=users, game=game).values_list("player_id", flat=True)) if game else set()
        owned = set(GameAccount.objects.filter(player__in=users).values_list("player_id", flat=True))
        nobody_yet = [user for user in users if user.pk not in owned]
        users = [user for user in users if user.pk in here] if len(here) == 1 else nobody_yet[:1]
    if users:
        return users[0], row
    newcomer.save()
    AddressUse.objects.create(player=newcomer, address=row)
    return newcomer, row


@transaction.atomic
def add_address(player: Player, address: str, *, main: bool = False) -> Address:
    """The player also writes from `address`; with `main` our conversations go there from now on."""
    row = _address(address)
    if main:
        AddressUse.objects.filter(player=player, main=True).update(main=False)
    use, made = AddressUse.objects.get_or_create(player=player, address=row, defaults={"main": main})
    if main and not made:
        use.main = True
        use.save(update_fields=["main"])
    return row


@transaction.atomic
def mark_address(address: str, state: Address.State, *, reason: str) -> Address:
    """What the world said of an address (a bounce, a complaint, or that it works again)."""
    row = _address(address)
    row.state, row.state_since, row.state_reason = state, clock.now(), one_line(reason, 300)
    row.save(update_fields=["state", "state_since", "state_reason"])
    return row


@transaction.atomic
def remember_account(
    player: Player, game: Game, external_id: str, *, nickname: str = "", fields: Mapping[str, Any] | None = None
) -> GameAccount:
    """The player's account in a game, with a snapshot of its card when `fields` are given."""
    account, _made = GameAccount.objects.get_or_create(
        game=game, external_id=external_id, defaults={"player": player, "nickname": one_line(nickname, 80)}
    )
    if fields is not None:
        ProfileSnapshot.objects.create(account=account, fields=dict(fields))
        remember_names(fields)
    return account


def remember_names(names: Iterable[str]) -> None:
    """Names that a game's card uses, so that the studio can say what kind of fact each is. Known ones stay as they are."""
    fresh = [CardField(name=name) for name in sorted(set(names))[:NAMES_OF_A_CARD] if name == one_line(name, 80)]
    CardField.objects.bulk_create(fresh, ignore_conflicts=True)


@transaction.atomic
def sort_field(field: CardField, sort: CardField.Sort, *, by: User, request: HttpRequest | None = None) -> CardField:
    """Say what kind of fact a name on the card is; from now on those who hold the right for that kind see it."""
    kept = CardField.objects.select_for_update().get(pk=field.pk)
    if kept.sort != sort:
        note_audit("players.field_sorted", by=by, subject=kept, request=request, changes={"sort": [kept.sort, sort.value]})
        kept.sort = sort
        kept.save(update_fields=["sort"])
    return kept
