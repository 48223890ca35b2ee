"""Who does things to tickets: an operator, a player, a flow (with its version), or the system itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.staff.models import User
from players.models import Player


class ActorKind(models.TextChoices):
    """The four kinds. Clocks and subscribers act as the system."""

    OPERATOR = "operator", _("operator")
    PLAYER = "player", _("player")
    FLOW = "flow", _("flow")
    SYSTEM = "system", _("system")


@dataclass(frozen=True, slots=True)
class Actor:
    """Plain values, so that an event can be written without asking for rows. `id` is null for the system.

    `name`: how its words to a player are signed; empty: by the game's team.
    """

    kind: ActorKind
    id: int | None = None
    on_behalf_of: int | None = None
    version: int | None = None
    name: str = field(default="", compare=False)

    @property
    def person(self) -> int | None:
        """The id of the operator, None for whoever is no colleague of ours: what a machine does is no person's deed."""
        return self.id if self.kind == ActorKind.OPERATOR else None


SYSTEM = Actor(ActorKind.SYSTEM)


def operator(user: User) -> Actor:
    """An operator at work."""
    return Actor(ActorKind.OPERATOR, user.pk, name=user.shown_to_players)


def player(who: Player) -> Actor:
    """The player himself."""
    return Actor(ActorKind.PLAYER, who.pk)


def flow(pk: int, version: int) -> Actor:
    """A programmed flow in one of its versions."""
    return Actor(ActorKind.FLOW, pk, version=version)
