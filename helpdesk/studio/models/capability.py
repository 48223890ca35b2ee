"""What a studio has switched on and off in its games."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.studio.models.game import Game


class Mode(models.TextChoices):
    """How far a capability goes in a game. In the shadow it does its work where colleagues can look at it, and nothing follows from it."""

    OFF = "off", _("off")
    SHADOW = "shadow", _("in the shadow")
    ON = "on", _("on")


class CapabilityMode(models.Model):
    """What the studio has said of one capability in one game; where it has said nothing its room's default counts (`capabilities.py`)."""

    personal: ClassVar[tuple[str, ...]] = ()

    game = models.ForeignKey(Game, on_delete=models.CASCADE, related_name="modes")
    capability = models.CharField(max_length=40)
    mode = models.CharField(max_length=8, choices=Mode.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="capability_once_per_game", fields=["game", "capability"]),
            models.CheckConstraint(name="capability_mode_known", condition=models.Q(mode__in=["off", "shadow", "on"])),
        ]

    def __str__(self) -> str:
        return f"{self.capability}: {self.mode}"
