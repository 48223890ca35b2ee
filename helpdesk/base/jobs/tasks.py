"""The jobs' doors for Celery."""

from __future__ import annotations

from celery import shared_task

from helpdesk.base.jobs import running, verbs

TURN = 10.0  # seconds; shorter than others', since there is often more of it


@shared_task(name="jobs.run_due")
def run_due() -> None:
    running.run_due(seconds=TURN)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    verbs.sweep()
