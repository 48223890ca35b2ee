"""How long after its commit an event has been heard by all its subscribers, at fifty events a second, with a real worker.

Beside the product's own there are six that hear every kind, as many as the rooms to come (`tests/bench/ears.py`).

A real Celery worker is started and nudged through the real broker. This process records the events at an even pace; a second thread
looks every few milliseconds which deliveries are gone.
"""

from __future__ import annotations

import time
from functools import partial
from random import Random

from django.db import transaction

from helpdesk.staff.models import User
from tests.bench import ears
from tests.bench.at_pace import PACE, PATIENCE, waits, workers
from tests.bench.figures import Figure, share
from tickets.actors import SYSTEM
from tickets.models import Delivery, Lane, Ticket
from tickets.services.assign import assign

LOOK = 0.01  # seconds


def measure(*, seconds: int, runs: int) -> list[Figure]:
    with ears.listening():
        return _measured(seconds, runs)


def _measured(seconds: int, runs: int) -> list[Figure]:
    Delivery.objects.all().delete()
    people = list(User.objects.filter(is_active=True)[:8])
    tickets = list(Ticket.objects.exclude(status="closed").filter(merged_into=None).order_by("-pk")[: PACE * seconds * runs])
    halves, tails, paces = [], [], []
    with workers("now", options=["-I", "tests.bench.six"]):
        _wait_for_worker(tickets[0], people)
        for run in range(runs):
            taken, pace = _run(tickets[run * PACE * seconds : (run + 1) * PACE * seconds], people)
            halves.append(share(taken, 0.5))
            tails.append(share(taken, 0.95))
            paces.append(pace)
    slowest = min(paces)
    told = (
        f"at {PACE} events a second"
        if slowest > 0.9 * PACE
        else f"at {slowest:.0f} events a second: the writer reached no more than {max(paces):.0f}"
    )
    beside = "six listeners to every kind beside the product's own; one worker process beside the writer"
    return [
        Figure("event to drained by all its subscribers after its commit, p50", tuple(halves), "ms", remark=told),
        Figure("event to drained by all its subscribers, p95", tuple(tails), "ms", budget=1_000, at_most=True, remark=f"{told}; {beside}"),
    ]


def _hand_over(ticket: Ticket, people: list[User], rng: Random) -> None:
    """An event that has a subscriber: somebody else has the ticket now."""
    others = [person for person in people if person.pk != ticket.assignee_id]
    assign(ticket, to=rng.choice(others), by=SYSTEM)


def _wait_for_worker(ticket: Ticket, people: list[User]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        _hand_over(ticket, people, Random())
        time.sleep(1)
        if not Delivery.objects.filter(lane=Lane.NOW).exists():
            return
    raise RuntimeError("The worker has heard nothing for a minute.")


def _run(tickets: list[Ticket], people: list[User]) -> tuple[list[float], float]:
    """The waits in milliseconds, and the pace that was reached."""
    rng = Random(1)

    def deed(ticket: Ticket) -> None:
        with transaction.atomic():
            _hand_over(ticket, people, rng)

    return waits({ticket.pk: partial(deed, ticket) for ticket in tickets}, _drained, look=LOOK)


def _drained(pks: list[int]) -> set[int]:
    return set(pks) - set(Delivery.objects.filter(ticket_id__in=pks).values_list("ticket_id", flat=True))
