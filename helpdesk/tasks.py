"""The roof's door for Celery."""

from __future__ import annotations

from celery import shared_task

from helpdesk import pulse


@shared_task(name="roof.pulse")
def show_pulse(queue: str) -> None:
    pulse.show(queue)
