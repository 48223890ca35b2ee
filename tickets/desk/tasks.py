"""The room's doors for Celery."""

from __future__ import annotations

from celery import shared_task

from tickets.desk.exports import making


@shared_task(name="desk.sweep_exports")
def sweep_exports() -> None:
    making.sweep()
