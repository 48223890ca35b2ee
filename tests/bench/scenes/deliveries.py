"""Deliveries brought to small handlers, one by one and in batches."""

from __future__ import annotations

from tests.bench import ears
from tests.bench.figures import Figure, Pace
from tickets import drain
from tickets.events import replay
from tickets.models import Delivery, Event, Lane

GOALS = {ears.SINGLE: ("one by one", 500), ears.BATCH: ("in batches", 2_000)}


def measure(*, count: int, runs: int) -> list[Figure]:
    """The newest events of the log, replayed to a handler that writes one row for each."""
    Delivery.objects.all().delete()
    with ears.listening():
        newest = list(Event.objects.order_by("-pk")[: count * runs])
        return [_measured(name, newest, count, runs) for name in GOALS]


def _measured(name: str, newest: list[Event], count: int, runs: int) -> Figure:
    (how, goal), pace = GOALS[name], Pace()
    replay(name, newest)
    for _run in range(runs):
        pace.run(lambda: drain.drain(Lane.BULK, most=count))
    Delivery.objects.all().delete()
    remark = f"{count:,} in each run, a row written for each"
    return pace.figure(f"deliveries {how}, one process", "deliveries/s", budget=goal, remark=remark)
