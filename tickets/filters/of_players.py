"""Fields by the player behind a ticket. Each takes the right by which the same is seen beside the ticket."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _

from helpdesk.base.folding import finds
from helpdesk.base.text import fold
from helpdesk.staff.rights import Right
from players.models import AddressUse, GameAccount, Player
from tickets.filters.fields import PLAYER, Field, Kind, Listed, Operator, Values, column, register


def register_own() -> None:
    """Called in `ready()`."""
    register(
        Field("player", _("Player"), Kind.ID, column("player"), lambda past: past.player_id, group=PLAYER, listed=Listed("player_id")),
        Field(
            "player_name",
            _("Player's name"),
            Kind.TEXT,
            _called,
            right=Right.SEE_PLAYER,
            names=("имя",),
            group=PLAYER,
            listed=Listed("player__name"),
        ),
        Field(
            "nickname",
            _("Nickname"),
            Kind.TEXT,
            _nicknamed,
            right=Right.SEE_PLAYER,
            names=(
                "nick",
                "ник",
            ),
            group=PLAYER,
            listed=Listed(lambda _reader: _of_accounts("nickname")),
        ),
        Field(
            "account",
            _("Account id"),
            Kind.CHOICE,
            _with_account,
            right=Right.SEE_PLAYER,
            names=("аккаунт",),
            group=PLAYER,
            listed=Listed(lambda _reader: _of_accounts("external_id")),
        ),
        Field(
            "address",
            _("Mail address"),
            Kind.CHOICE,
            _with_address,
            right=Right.SEE_PLAYER_CONTACT,
            names=(
                "mail",
                "email",
                "почта",
                "адрес",
            ),
            group=PLAYER,
            listed=Listed("contact__address"),
        ),
        Field(
            "tier",
            _("Tier"),
            Kind.CHOICE,
            _of_tier,
            right=Right.SEE_PLAYER_PAYMENTS,
            empty="none",
            names=("уровень",),
            group=PLAYER,
            frequent=True,
            listed=Listed(lambda _reader: NullIf("player__tier", Value("")), sort="player__tier", falls=True),
        ),
    )


def _accounts(which: Q) -> Q:
    """The player has such an account in the ticket's game."""
    return Q(Exists(GameAccount.objects.filter(which, player=OuterRef("player"), game=OuterRef("game"))))


def _of_accounts(what: str) -> ArraySubquery:
    accounts = GameAccount.objects.filter(player=OuterRef("player"), game=OuterRef("game")).exclude(**{what: ""})
    return ArraySubquery(accounts.order_by("pk").values(what))


def _called(_operator: Operator, values: Values, _reader: object) -> Q:
    return finds("player__name", values[0])


def _nicknamed(_operator: Operator, values: Values, _reader: object) -> Q:
    return _accounts(finds("nickname", values[0]))


def _with_account(_operator: Operator, values: Values, _reader: object) -> Q:
    return _accounts(Q(external_id__in=values))


def _with_address(_operator: Operator, values: Values, _reader: object) -> Q:
    """Written from it, or its player uses it."""
    asked = {fold(str(value)) for value in values}
    used = AddressUse.objects.filter(address__folded__in=asked).values("player")
    return Q(contact__folded__in=asked, contact__isnull=False) | Q(player__in=used)


def _of_tier(_operator: Operator, values: Values, _reader: object) -> Q:
    return Q(player__in=Player.objects.filter(tier__in=["" if value is None else value for value in values]).values("pk"))
