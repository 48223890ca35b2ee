"""Why something was done: the lines of the studio's lists."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from helpdesk.base.bounds import LONGEST_SILENCE
from helpdesk.studio.models.game import Game


class Reason(models.Model):
    """A line of one of the lists that rooms register (`reasons.py`); for one game or for all. Archived, never dropped: events name it.

    `default_hours`: of a list whose reasons bring a date, the support hours until then.
    """

    personal: ClassVar[tuple[str, ...]] = ()

    list = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    game = models.ForeignKey(Game, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField(default=0)
    default_hours = models.PositiveIntegerField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["place", "name"]
        constraints = [
            models.UniqueConstraint("list", Lower("name"), "game", name="reason_once_by_name", nulls_distinct=False),
            models.CheckConstraint(
                name="reason_within_a_year",
                condition=models.Q(default_hours=None) | models.Q(default_hours__gte=1, default_hours__lte=LONGEST_SILENCE),
            ),
        ]

    def __str__(self) -> str:
        return self.name
