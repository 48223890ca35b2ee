"""What players wish for."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from helpdesk.base import clock
from players.models import Player
from tickets.models import Ticket


class Wish(models.Model):
    personal: ClassVar[tuple[str, ...]] = ("words",)

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    words = models.CharField(max_length=200, blank=True)
    wished_at = models.DateTimeField(default=clock.now)
    reminded_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.words
