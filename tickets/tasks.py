"""The core's doors for Celery. No logic here, and each may run twice."""

from __future__ import annotations

from celery import shared_task

from helpdesk.base.turns import TURN
from tickets import drain, timers
from tickets.models import Lane
from tickets.services import blocks, outbox


@shared_task(name="tickets.drain_now")
def drain_now() -> None:
    drain.drain(Lane.NOW, seconds=TURN)


@shared_task(name="tickets.drain_bulk")
def drain_bulk() -> None:
    drain.drain(Lane.BULK, seconds=TURN)


@shared_task(name="tickets.park_orphans")
def park_orphans() -> None:
    drain.park_orphans()


@shared_task(name="tickets.fire_timers")
def fire_timers() -> None:
    timers.fire_due(seconds=TURN)


@shared_task(name="tickets.end_blocks")
def end_blocks() -> None:
    blocks.end_due(seconds=TURN)


@shared_task(name="tickets.send")
def send(pk: int) -> None:
    outbox.send(pk)


@shared_task(name="tickets.send_due")
def send_due() -> None:
    outbox.send_due(seconds=TURN)


@shared_task(name="tickets.recover_messages")
def recover_messages() -> None:
    outbox.recover(seconds=TURN)
