"""The ground's doors for Celery."""

from __future__ import annotations

from celery import shared_task

from helpdesk.base import blobs
from helpdesk.base.turns import TURN


@shared_task(name="base.sweep_blobs")
def sweep_blobs() -> None:
    blobs.sweep_in_turn(seconds=TURN)
