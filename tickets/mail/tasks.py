"""The mail room's doors for Celery. No logic here, and each may run twice."""

from __future__ import annotations

from celery import shared_task

from helpdesk.base.turns import TURN
from tickets.mail.inbound import imap, inbox


@shared_task(name="mail.process")
def process(pk: int) -> None:
    inbox.process(pk)


@shared_task(name="mail.process_due")
def process_due() -> None:
    inbox.process_due(seconds=TURN)


@shared_task(name="mail.poll_mailboxes")
def poll_mailboxes() -> None:
    imap.poll_all(seconds=TURN)
