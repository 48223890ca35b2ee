"""The search's doors for Celery. No logic here, and each may run twice."""

from __future__ import annotations

from celery import shared_task

from helpdesk.base.turns import TURN
from tickets.search import building, indexing
from tickets.search.elasticsearch import follower, indexes


@shared_task(name="search.follow")
def follow() -> None:
    indexing.follow(seconds=TURN)


@shared_task(name="search.catch_up")
def catch_up() -> None:
    building.catch_up(seconds=TURN)
    indexes.catch_up(seconds=TURN)


@shared_task(name="search.push")
def push() -> None:
    follower.follow(seconds=TURN)


@shared_task(name="search.check")
def check() -> None:
    building.check_some()
    indexes.check_some()
