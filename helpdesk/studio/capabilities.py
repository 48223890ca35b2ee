"""What a studio switches on and off game by game: a registry of the capabilities that have such a switch, and the one question about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpdesk.studio.models import CapabilityMode, Game, Mode


@dataclass(frozen=True, slots=True)
class Capability:
    """`name` stands in rows and is never changed. `label` and `about` say on the game's page what it does; `modes` are those that it knows,
    `default` the one of a game of which nobody has said anything."""

    name: str
    label: Any
    about: Any = ""
    modes: tuple[Mode, ...] = (Mode.OFF, Mode.SHADOW, Mode.ON)
    default: Mode = Mode.OFF


_capabilities: dict[str, Capability] = {}


def register(capability: Capability) -> None:
    """Add a switch, in `AppConfig.ready()` of its room."""
    _capabilities[capability.name] = capability


def capabilities() -> list[Capability]:
    """All that have a switch, in the order of registration."""
    return list(_capabilities.values())


def mode(capability: str, game: Game) -> Mode:
    """How far a capability goes in a game; one query. KeyError for one that no room registers."""
    return _said(
        _capabilities[capability], CapabilityMode.objects.filter(game=game, capability=capability).values_list("mode", flat=True).first()
    )


def modes_of(game: Game) -> dict[str, Mode]:
    """The mode of every capability, by name; one query."""
    rows = dict(CapabilityMode.objects.filter(game=game).values_list("capability", "mode")) if game.pk else {}
    return {name: _said(capability, rows.get(name)) for name, capability in _capabilities.items()}


def switch(capability: str, game: Game, to: Mode) -> None:
    """Write down a mode. Whoever lets people do so notes it in the audit."""
    CapabilityMode.objects.update_or_create(game=game, capability=capability, defaults={"mode": to})


def _said(capability: Capability, row: str | None) -> Mode:
    return capability.default if row is None else Mode(row)
