"""The right of each class of facts on a card. A class that the studio makes brings one of its own."""

from __future__ import annotations

from django.utils.translation import gettext as _

from helpdesk.staff.rights import PLAYERS, Right
from players.models import CardClass

OWN = {
    "open": Right.SEE_PLAYER,
    "contact": Right.SEE_PLAYER_CONTACT,
    "payments": Right.SEE_PLAYER_PAYMENTS,
    "device": Right.SEE_PLAYER_DEVICE,
}


def right_of(card_class: CardClass) -> Right:
    """What opens the facts of a class."""
    label = _("See “%(name)s” on the player's card") % {"name": card_class.name}
    return OWN.get(card_class.slug) or Right(f"player.see_class.{card_class.slug}", label, PLAYERS)


def rights_of_studio() -> list[Right]:
    """The rights of the classes that the studio has made; one query."""
    return [right_of(card_class) for card_class in CardClass.objects.exclude(slug__in=OWN)]


def all_rights() -> frozenset[Right]:
    """Who holds all of these may see everything of a player; one query."""
    return frozenset({*OWN.values(), *rights_of_studio()})
