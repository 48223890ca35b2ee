"""The roof's door for Celery."""

from __future__ import annotations

from celery import shared_task

from helpdesk import heartbeat


@shared_task(name="roof.heartbeat")
def show_heartbeat(queue: str) -> None:
    heartbeat.show(queue)
