"""Celery's doors into the staff room."""

from __future__ import annotations

from celery import shared_task

from helpdesk.staff import letters


@shared_task(name="staff.send_letter")
def send_letter(pk: int) -> None:
    letters.send(pk)


@shared_task(name="staff.send_letters")
def send_letters() -> None:
    letters.send_due()
