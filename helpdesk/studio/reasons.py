"""The studio's lists of reasons: a registry. Each room that asks why something is done registers its list; the studio writes the lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from helpdesk.studio import capabilities
from helpdesk.studio.capabilities import Capability
from helpdesk.studio.models import Game, Mode, Reason
from helpdesk.studio.selectors import for_game


@dataclass(frozen=True, slots=True)
class ReasonList:
    """`name` stands in rows and is never changed. `label` is what the list answers (“Why a ticket is put on hold”), `about` what comes of
    it, `demand` the switch on a game's page by which nobody may leave it open. `has_deadline`: its reasons may bring a date."""

    name: str
    label: Any
    about: Any
    demand: Any
    has_deadline: bool = False

    @property
    def capability(self) -> str:
        """The name of that switch."""
        return f"reasons.{self.name}"


_lists: dict[str, ReasonList] = {}


def register(made: ReasonList) -> None:
    """Add a list and its switch, in `AppConfig.ready()` of the room that asks."""
    _lists[made.name] = made
    capabilities.register(Capability(made.capability, made.demand, modes=(Mode.OFF, Mode.ON)))


def lists() -> list[ReasonList]:
    """All lists, in the order of registration."""
    return list(_lists.values())


def list_named(name: str) -> ReasonList | None:
    """The list of this name, or None where no room has one."""
    return _lists.get(name)


def reasons_of(name: str, game: Game) -> QuerySet[Reason]:
    """The reasons of a list that may be given in a matter of this game today."""
    return Reason.objects.filter(for_game(game), list=name, archived_at=None)


def is_demanded(name: str, game: Game) -> bool:
    """Whether a reason of this list must be given there: the studio says so, and there is one to give. Two queries at most."""
    return capabilities.mode(_lists[name].capability, game) == Mode.ON and reasons_of(name, game).exists()


def deadline(hours: int | None, game: Game, since: datetime) -> datetime | None:
    """When the support hours of a reason, which is given at a moment, are over: a full minute; None for one without any."""
    if hours is None:
        return None
    day = game.calendar.add(since, timedelta(hours=hours)) + timedelta(seconds=59, microseconds=999_999)
    return day.replace(second=0, microsecond=0)
