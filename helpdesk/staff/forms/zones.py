"""Time zones as a choice."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def zone_choices() -> list[tuple[str, str]]:
    """UTC first, then the places of the world by name."""
    places = sorted(zone for zone in available_timezones() if zone.partition("/")[0] in AREAS and "/" in zone)
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in places)]
