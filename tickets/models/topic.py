"""What tickets are about."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from helpdesk.studio.models import Game


class Topic(models.Model):
    """A topic of the studio's own list; for one game or for all."""

    personal: ClassVar[tuple[str, ...]] = ()

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    game = models.ForeignKey(Game, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A word of a controlled list, put on tickets by people."""

    personal: ClassVar[tuple[str, ...]] = ()

    name = models.CharField(max_length=40, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
