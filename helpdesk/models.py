"""What the roof keeps: when each part of the machinery was last seen at work."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Heartbeat(models.Model):
    """One row for the beat and one for each queue; written anew every few seconds by whoever serves it."""

    personal: ClassVar[tuple[str, ...]] = ()

    part = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()
