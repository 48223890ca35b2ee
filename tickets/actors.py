"""Who does things to tickets: an operator, a player, a flow (with its version), or the system itself."""

from __future__ import annotations

from dataclasses import dataclass

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
    """Plain values, so that an event can be written without asking for rows. `id` is null for the system."""

    kind: ActorKind
    id: int | None = None
    on_behalf_of: int | None = None
    version: int | None = None


SYSTEM = Actor(ActorKind.SYSTEM)


def operator(user: User) -> Actor:
    """An operator at work."""
    return Actor(ActorKind.OPERATOR, user.pk)


def player(who: Player) -> Actor:
    """The player himself."""
    return Actor(ActorKind.PLAYER, who.pk)


def flow(pk: int, version: int) -> Actor:
    """A programmed flow in one of its versions."""
    return Actor(ActorKind.FLOW, pk, version=version)
