"""The player beside the ticket. A field has a right of its own: who lacks it is told that the field exists, not what it says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, has_everywhere
from players.fields import Sort, sorts
from players.models import AddressUse, Erasure, GameAccount, Player, ProfileSnapshot
from players.selectors import card as read_card
from players.selectors import open_erasure, who_may_it_be
from tickets.access import may
from tickets.models import Ticket
from tickets.services.merge import refusal

PAYMENTS, DEVICE, CONTACT = Right.SEE_PLAYER_PAYMENTS, Right.SEE_PLAYER_DEVICE, Right.SEE_PLAYER_CONTACT
GUARDS: dict[Sort, frozenset[Right]] = {  # what opens a field of each kind; what nobody has sorted takes all of it
    Sort.GAME: frozenset(),
    Sort.PAYMENTS: frozenset({PAYMENTS}),
    Sort.DEVICE: frozenset({DEVICE}),
    Sort.CONTACT: frozenset({CONTACT}),
    Sort.UNSORTED: frozenset({PAYMENTS, DEVICE, CONTACT}),
}
LABELS = {
    "level": gettext_lazy("Level"),
    "crystals": gettext_lazy("Crystals"),
    "coins": gettext_lazy("Coins"),
    "pearls": gettext_lazy("Pearls"),
    "gold": gettext_lazy("Gold"),
    "guild": gettext_lazy("Guild"),
    "clan": gettext_lazy("Clan"),
    "server": gettext_lazy("Server"),
    "paid_90d": gettext_lazy("Paid, 90 days"),
    "paid_total": gettext_lazy("Paid, ever"),
    "last_purchase": gettext_lazy("Last purchase"),
    "last_order": gettext_lazy("Last order"),
    "device": gettext_lazy("Device"),
    "platform": gettext_lazy("Platform"),
    "os": gettext_lazy("System"),
    "build": gettext_lazy("Build"),
    "version": gettext_lazy("Version"),
    "last_seen": gettext_lazy("Last seen"),
    "bans": gettext_lazy("Bans"),
    "status": gettext_lazy("Account status"),
    "country": gettext_lazy("Country"),
    "city": gettext_lazy("City"),
}


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


def card_of(ticket: Ticket, reader: User) -> PlayerCard:
    """The card with the reader's rights in this ticket's scope applied."""
    if not may(reader, ticket, Right.SEE_PLAYER):
        return PlayerCard(None, "", None, None, [], [], True, "", [], may_edit=False, may_erase=False, erasure=None)
    card = read_card(ticket.player, ticket.game)
    if card.player.erased_at:
        card = replace(card, account=None, snapshot=None)  # emptied: there is nothing to show of them
    may_contact = may(reader, ticket, CONTACT)
    told: Any = card.snapshot.fields if card.snapshot else {}
    fields: dict[str, Any] = told if isinstance(told, dict) else {}  # whatever the game has told
    kinds = sorts(fields)
    link = ticket.game.back_office_link
    return PlayerCard(
        player=card.player,
        account=card.account,
        snapshot=card.snapshot,
        tier=card.player.tier if may(reader, ticket, PAYMENTS) else "",
        fields=[
            _field(key, value, card.earlier, shut=not all(may(reader, ticket, right) for right in _guards(kinds[key])))
            for key, value in _in_order(fields)
        ],
        addresses=card.uses if may_contact else [],
        addresses_shut=not may_contact and bool(card.uses),
        back_office=link.replace("{id}", card.account.external_id) if link and card.account else "",
        others=[one for one in who_may_it_be(card.player, ticket.contact, ticket.game) if one != card.player] if may_contact else [],
        may_edit=may(reader, ticket, Right.EDIT_PLAYER),
        may_erase=has_everywhere(reader, Right.ERASE_PLAYER),
        erasure=open_erasure(card.player),
    )


def deed_with(other: Ticket, *, in_: Ticket, reader: User) -> str:
    """What this reader may do with another ticket of the player: "merge" it into this one, "unmerge" it again, or nothing."""
    if not (may(reader, in_, Right.MERGE) and may(reader, other, Right.MERGE)):
        return ""
    if other.merged_into_id == in_.pk:
        return "unmerge"
    return "" if refusal(other, into=in_) else "merge"


def _in_order(fields: dict[str, Any]) -> list[tuple[str, Any]]:
    """Known fields first, in the order of the list above (the database keeps none); then the game's own by name."""
    order = list(LABELS)
    return sorted(fields.items(), key=lambda item: (order.index(item[0]) if item[0] in LABELS else len(order), item[0]))


def _guards(kinds: Iterable[Sort]) -> frozenset[Right]:
    return frozenset().union(*(GUARDS[kind] for kind in kinds))


def _field(key: str, value: Any, earlier: Any, *, shut: bool) -> Field:
    label = str(LABELS.get(key) or key.replace("_", " ").capitalize())
    if shut:
        return Field(label, shut=True)
    known = earlier if isinstance(earlier, dict) else {}
    was = known.get(key)
    return Field(label, _words(value), _words(was) if key in known and was != value else "")


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u202f") if abs(value) >= 10_000 else str(value)
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    return "–" if value is None or value == "" else str(value)
