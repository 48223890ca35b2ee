"""Who else in the studio owes answers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from helpdesk.studio.models.game import Game


class Department(models.Model):
    """A part of the studio on which a pending ticket waits; for one game or for all. `place`: where it stands in lists."""

    personal: ClassVar[tuple[str, ...]] = ()

    name = models.CharField(max_length=60)
    game = models.ForeignKey(Game, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["place", "name"]
        constraints = [models.UniqueConstraint(Lower("name"), "game", name="department_once_by_name", nulls_distinct=False)]

    def __str__(self) -> str:
        return self.name
