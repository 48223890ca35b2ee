"""What a studio says of the fields on a card."""

from __future__ import annotations

from typing import Any

from helpdesk.studio.models import Game
from players.models import CardClass, CardLine


def declared(game: Game, **classes: str) -> None:
    """Declare fields of a game's card: `declared(game, level="open", paid_90d="payments")`."""
    for name, slug in classes.items():
        line(game, name, slug)


def line(game: Game, name: str, slug: str, **more: Any) -> CardLine:
    """One field, whatever its name."""
    facts = {"card_class": CardClass.objects.get(slug=slug)} | more
    return CardLine.objects.update_or_create(game=game, name=name, defaults=facts)[0]
