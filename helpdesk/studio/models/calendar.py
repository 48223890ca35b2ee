"""When somebody is there."""

from __future__ import annotations

from datetime import date, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import models

from helpdesk.base.bounds import sane_moments
from helpdesk.base.calendar import Calendar


class Opening(models.Model):
    """Support hours: what a game's page edits, and what a version keeps of it."""

    timezone = models.CharField(max_length=64, default="UTC")
    hours = models.JSONField(default=dict, blank=True)  # {"0": [["09:00", "18:00"]], …}; 0 = Monday; empty: always open
    holidays = models.JSONField(default=list, blank=True)  # ["2026-12-25", …]

    class Meta:
        abstract = True

    @property
    def calendar(self) -> Calendar:
        """The support hours as something that can be counted with."""
        spans: dict[str, Any] = self.hours
        return Calendar(
            zone=ZoneInfo(self.timezone),
            hours={int(day): [(time.fromisoformat(a), time.fromisoformat(b)) for a, b in pairs] for day, pairs in spans.items()},
            holidays=frozenset(date.fromisoformat(day) for day in self.holidays),
        )


class CalendarVersion(Opening):
    """A game's hours from a moment on, until the next version: hours of the past stay what they were. Never changed."""

    personal: ClassVar[tuple[str, ...]] = ()

    game = models.ForeignKey("games.Game", on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateTimeField()

    class Meta:
        ordering = ["game", "-valid_from"]
        constraints = [
            models.UniqueConstraint(name="calendar_once_from_a_moment", fields=["game", "valid_from"]),
            sane_moments("calendar_moments_sane", "valid_from"),
        ]
