"""Finding and making players."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.audit.services import changed, note_audit
from helpdesk.base import clock
from helpdesk.base.errors import DomainError
from helpdesk.base.rows import made
from helpdesk.base.text import fold, one_line
from helpdesk.staff.alarms import raise_alarm
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.staff.services.slugs import free_slug
from helpdesk.studio.models import Game
from players.models import Address, AddressUse, CardClass, CardLine, GameAccount, Player, ProfileSnapshot
from players.selectors import likely_writer
from players.traits import traits_of_card

NAMES_OF_A_CARD = 200  # so many fields of one card are remembered by name; the others stay closed
MOST_LINES = 1000  # of one game
MOST_CLASSES = 50
FIELDS_CAME = "players.fields_came"
LAST_PLACE = 30_000

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
        newcomer.created_at, newcomer.just_made = now, True
        made(newcomer, pk)
        return newcomer, row
    known = likely_writer(list(Player.objects.filter(uses__address=row).order_by("pk")), game)
    if known:
        return known, row
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
def mark_address(
    address: str,
    state: Address.State,
    *,
    reason: str,
    at: datetime | None = None,
    over: Collection[Address.State] = frozenset(Address.State),
) -> Address:
    """What the world said of an address at a moment (a bounce, a complaint, or that it works again).

    It changes one of the states in `over` only, and nothing that became known later than `at`.
    """
    row, at = _address(address), at or clock.now()
    if row.state in over and (row.state_since is None or row.state_since <= at):
        row.state, row.state_since, row.state_reason = state, at, one_line(reason, 300)
        row.save(update_fields=["state", "state_since", "state_reason"])
    return row


@transaction.atomic
def forgive_address(address: Address, *, by: User, request: HttpRequest | None = None, **told: Any) -> Address:
    """A person says that an address is good again; `told` is what else the audit should know. What was said of it before counts no more."""
    row = Address.objects.select_for_update().get(pk=address.pk)
    before = row.state
    row.state, row.state_since, row.state_reason = Address.State.GOOD, clock.now(), ""
    row.save(update_fields=["state", "state_since", "state_reason"])
    note_audit("players.address_forgiven", by=by, subject=row, request=request, changes={"state": [before, row.state]}, **told)
    return row


@transaction.atomic
def remember_account(
    player: Player, game: Game, external_id: str, *, nickname: str = "", fields: Mapping[str, Any] | None = None
) -> GameAccount:
    """The player's account in a game, with a snapshot of its card when `fields` are given."""
    account, _made = GameAccount.objects.get_or_create(
        game=game, external_id=external_id, defaults={"player": player, "nickname": one_line(nickname, 80)}
    )
    player.just_made = False
    if fields is not None:
        ProfileSnapshot.objects.create(account=account, fields=dict(fields))
        account.traits = traits_of_card(fields, game)
        account.save(update_fields=["traits"])
        remember_names(game, fields)
    return account


def remember_names(game: Game, names: Iterable[str]) -> None:
    """Names that a game's card uses and nobody has declared, so that the studio can. Known ones stay as they are; beyond `MOST_LINES` of
    one game no more are remembered until some are forgotten, and the page says so. Who may declare them is told, once until they look."""
    clean = sorted({name for name in names if name and name == one_line(name, 80)})[:NAMES_OF_A_CARD]
    known = set(CardLine.objects.filter(game=game, name__in=clean).values_list("name", flat=True))
    fresh = [CardLine(game=game, name=name) for name in clean if name not in known]
    if fresh and (room := MOST_LINES - CardLine.objects.filter(game=game).count()) > 0:
        CardLine.objects.bulk_create(fresh[:room], ignore_conflicts=True)
        raise_alarm(FIELDS_CAME, right=Right.MANAGE_ROLES, page="administration:card_fields")


class Declaration(NamedTuple):
    """What the studio says of a field: who may see it, how it is called and drawn, and whether one may filter by it."""

    card_class: CardClass
    label_en: str = ""
    label_ru: str = ""
    kind: str = CardLine.Kind.PLAIN
    filterable: bool = False
    place: int | None = None  # None: where it is, or at the end


@transaction.atomic
def declare(game: Game, name: str, said: Declaration, *, by: User, request: HttpRequest | None = None) -> CardLine:
    """Say what a field of a game's card is, whether it has come or not, and whether it was declared before. DomainError for a name that
    no card can have and when the game has too many."""
    if not name or name != one_line(name, 80):
        raise DomainError(_("A name has 1 to 80 characters on one line, as the game sends it."), field="name")
    Game.objects.select_for_update(no_key=True).get(pk=game.pk)  # two at once would count the same
    others = CardLine.objects.filter(game=game)
    line = others.select_for_update().filter(name=name).first()
    if line is None and others.count() >= MOST_LINES:
        raise DomainError(_("A game has at most %(count)s fields. Forget some that nobody has declared.") % {"count": MOST_LINES})
    line, facts = line or CardLine(game=game, name=name), said._asdict()
    if said.place is None:
        last = others.exclude(card_class=None).aggregate(last=Max("place"))["last"] or 0
        facts["place"] = line.place if line.card_class_id else min(last + 10, LAST_PLACE)
    differences = changed(_told(line), _told(line) | facts | {"card_class": said.card_class.slug})
    if differences:
        for field, value in facts.items():
            setattr(line, field, value)
        line.save()
        note_audit("players.field_declared", by=by, subject=line, request=request, game_id=game.pk, field=name, changes=differences)
    return line


@transaction.atomic
def undeclare(line: CardLine, *, by: User, request: HttpRequest | None = None) -> None:
    """The field counts as one that came and was not declared: closed to all but those who may see everything. Its labels are kept."""
    kept = CardLine.objects.select_for_update(of=("self",)).select_related("card_class").get(pk=line.pk)
    if kept.card_class:
        was = {"card_class": [kept.card_class.slug, None]}
        kept.card_class = None
        kept.save(update_fields=["card_class"])
        note_audit("players.field_undeclared", by=by, subject=kept, request=request, game_id=kept.game_id, field=kept.name, changes=was)


@transaction.atomic
def forget_names(game: Game, *, by: User, request: HttpRequest | None = None) -> int:
    """Forget the names that came and were not declared; those that still come are listed again. Returns how many there were."""
    count, _by_model = CardLine.objects.filter(game=game, card_class=None).delete()
    if count:
        note_audit("players.names_forgotten", by=by, subject=game, request=request, game_id=game.pk, count=count)
    return count


@transaction.atomic
def name_class(card_class: CardClass | None, name: str, *, by: User, request: HttpRequest | None = None) -> CardClass:
    """Make a class of the studio's, or call one otherwise: its right stays the same. DomainError when there are too many."""
    if card_class is None:
        if CardClass.objects.count() >= MOST_CLASSES:
            raise DomainError(_("There are at most %(count)s classes.") % {"count": MOST_CLASSES})
        made = CardClass.objects.create(slug=free_slug(CardClass, name), name=name)
        note_audit("players.class_made", by=by, subject=made, request=request, name=name)
        return made
    kept = CardClass.objects.select_for_update().get(pk=card_class.pk)
    if kept.name != name:
        note_audit("players.class_renamed", by=by, subject=kept, request=request, changes={"name": [kept.name, name]})
        kept.name = name
        kept.save(update_fields=["name"])
    return kept


def _told(line: CardLine) -> dict[str, Any]:
    """A declaration as the audit tells it."""
    facts = {name: getattr(line, name) for name in Declaration._fields}
    return facts | {"card_class": line.card_class.slug if line.card_class else None}
