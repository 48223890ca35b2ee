"""The ground's doors for Celery."""

from __future__ import annotations

from celery import shared_task

from helpdesk.base import blobs, keys
from helpdesk.base.outgoing import journal
from helpdesk.base.turns import TURN


@shared_task(name="base.sweep_blobs")
def sweep_blobs() -> None:
    blobs.sweep_in_turn(seconds=TURN)


@shared_task(name="base.drop_old_calls")
def drop_old_calls() -> None:
    journal.drop_old(seconds=TURN)


@shared_task(name="base.drop_former_keys")
def drop_former_keys() -> None:
    keys.drop_former()
