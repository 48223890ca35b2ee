"""Celery's doors into the players' room."""

from __future__ import annotations

from celery import shared_task

from players import erasure


@shared_task(name="players.erase_due")
def erase_due() -> None:
    erasure.adopt()
