"""The player beside the ticket. A field has a right of its own: who lacks it is told that the field exists, not what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from helpdesk.base.bounds import is_sane
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, has_everywhere
from players.classes import all_rights, right_of
from players.models import AddressUse, CardLine, Erasure, GameAccount, Player, PlayerBlock, ProfileSnapshot
from players.selectors import card as read_card
from players.selectors import declared, open_block, open_erasure, who_may_it_be
from tickets.access import may
from tickets.models import Ticket
from tickets.services.blocks import kept_aside
from tickets.services.merge import refusal

CONTACT, PAYMENTS = Right.SEE_PLAYER_CONTACT, Right.SEE_PLAYER_PAYMENTS
YES, NO = {"true", "yes", "1"}, {"false", "no", "0"}
NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the card. `shut`: it is there, and not this reader's to see. `was`: what the card before said, if it differs."""

    label: str
    value: str = ""
    was: str = ""
    shut: bool = False


@dataclass(frozen=True, slots=True)
class PlayerCard:
    """What this reader may see of the player; `player` is None where they may see nothing of him. `others` write from the same address."""

    player: Player | None
    tier: str
    account: GameAccount | None
    snapshot: ProfileSnapshot | None
    fields: list[Field]
    addresses: list[AddressUse]
    addresses_shut: bool
    back_office: str
    others: list[Player]
    may_edit: bool
    may_erase: bool
    erasure: Erasure | None  # planned or running; told to everybody who sees the card
    block: PlayerBlock | None  # likewise
    aside: int  # messages that were set aside while he was blocked
    may_block: bool


NOT_SEEN = PlayerCard(
    None, "", None, None, [], [], True, "", [], may_edit=False, may_erase=False, erasure=None, block=None, aside=0, may_block=False
)


def card_of(ticket: Ticket, reader: User) -> PlayerCard:
    """The card with the reader's rights in this ticket's scope applied."""
    if not may(reader, ticket, Right.SEE_PLAYER):
        return NOT_SEEN
    card = read_card(ticket.player, ticket.game)
    if card.player.erased_at:
        card = replace(card, account=None, snapshot=None)  # emptied: there is nothing to show of them
    may_contact = may(reader, ticket, CONTACT)
    told: Any = card.snapshot.fields if card.snapshot else {}
    fields: dict[str, Any] = told if isinstance(told, dict) else {}  # whatever the game has told
    link = ticket.game.back_office_link
    return PlayerCard(
        player=card.player,
        account=card.account,
        snapshot=card.snapshot,
        tier=card.player.tier if may(reader, ticket, PAYMENTS) else "",
        fields=_fields(fields, card.earlier, declared(ticket.game, fields), lambda right: may(reader, ticket, right)),
        addresses=card.uses if may_contact else [],
        addresses_shut=not may_contact and bool(card.uses),
        back_office=link.replace("{id}", card.account.external_id) if link and card.account else "",
        others=[one for one in who_may_it_be(card.player, ticket.contact, ticket.game) if one != card.player] if may_contact else [],
        may_edit=may(reader, ticket, Right.EDIT_PLAYER),
        may_erase=has_everywhere(reader, Right.ERASE_PLAYER),
        erasure=open_erasure(card.player),
        block=open_block(card.player),
        aside=kept_aside(card.player),
        may_block=may(reader, ticket, Right.BLOCK_PLAYER) and not card.player.erased_at,
    )


def deed_with(other: Ticket, *, in_: Ticket, reader: User) -> str:
    """What this reader may do with another ticket of the player: "merge" it into this one, "unmerge" it again, or nothing."""
    if not (may(reader, in_, Right.MERGE) and may(reader, other, Right.MERGE)):
        return ""
    if other.merged_into_id == in_.pk:
        return "unmerge"
    return "" if refusal(other, into=in_) else "merge"


def _fields(told: dict[str, Any], earlier: Any, lines: dict[str, CardLine], holds: Callable[[Right], bool]) -> list[Field]:
    """What was declared in its order, then by name what was not, which takes every right there is on players' facts; so does what holds
    names of its own, of which nobody has said anything."""
    known = earlier if isinstance(earlier, dict) else {}
    closed = [name for name, value in told.items() if name not in lines or _nested(value)]
    sees_all = bool(closed) and all(holds(right) for right in all_rights())
    found = []
    for name in sorted(told, key=lambda name: (name not in lines, lines[name].place if name in lines else 0, name)):
        line = lines.get(name)
        shut = not (sees_all if name in closed or line is None or line.card_class is None else holds(right_of(line.card_class)))
        label = line.label if line else name.replace("_", " ").capitalize()
        value, was = told[name], known.get(name)
        if shut:
            found.append(Field(label, shut=True))
        else:
            found.append(Field(label, _words(value, line), _words(was, line) if name in known and was != value else ""))
    return found


def _words(value: Any, line: CardLine | None = None) -> str:
    """A value as its kind is said; one that is not of its kind stands as it came."""
    kind = line.kind if line else CardLine.Kind.PLAIN
    if kind == CardLine.Kind.YES_NO and str(value).lower() in YES | NO:
        value = str(value).lower() in YES
    if kind == CardLine.Kind.NUMBER and isinstance(value, str) and NUMBER.fullmatch(value):
        value = int(value)
    if kind == CardLine.Kind.MOMENT and (at := _moment(value)):
        return date_format(localtime(at), "DATETIME_FORMAT")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u202f") if abs(value) >= 10_000 else str(value)
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    return "–" if value is None or value == "" else str(value)


def _moment(value: Any) -> datetime | None:
    """The moment that a game tells, as ISO 8601 or in seconds since 1970; None for whatever else."""
    try:
        at = parse_datetime(value) if isinstance(value, str) else datetime.fromtimestamp(value, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    at = at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
    return at if is_sane(at) else None


def _nested(value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(one, list | dict) for one in value)
    return isinstance(value, dict)
