"""Celery's doors into the staff room."""

from __future__ import annotations

from celery import shared_task
from django.core.management import call_command

from helpdesk.base.turns import TURN
from helpdesk.staff import alarms, staff_mail


@shared_task(name="staff.send_letter")
def send_letter(pk: int) -> None:
    staff_mail.send(pk)


@shared_task(name="staff.send_letters")
def send_letters() -> None:
    staff_mail.send_due(seconds=TURN)


@shared_task(name="staff.drop_old_letters")
def drop_old_letters() -> None:
    staff_mail.drop_old()


@shared_task(name="staff.watch_relays")
def watch_relays() -> None:
    alarms.watch_relays()


@shared_task(name="staff.clear_sessions")
def clear_sessions() -> None:
    call_command("clearsessions")
