"""How long after its commit an event has been heard by all its subscribers, at fifty events a second, with a real worker.

Beside the product's own there are six that hear every kind, as many as the rooms to come (`tests/bench/ears.py`).

A real Celery worker is started and nudged through the real broker. This process records the events at an even pace; a second thread
looks every few milliseconds which deliveries are gone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random

from celery import current_app
from django.db import connection, transaction

from helpdesk.staff.models import User
from tests.bench import ears
from tests.bench.figures import Figure, share
from tickets.actors import SYSTEM
from tickets.models import Delivery, Lane, Ticket
from tickets.services.assign import assign

ROOT = Path(__file__).resolve().parents[3]
PACE = 50  # events a second
PATIENCE = 60.0  # seconds for the last ones
LOOK = 0.01  # seconds


def measure(*, seconds: int, runs: int) -> list[Figure]:
    with ears.listening():
        return _measured(seconds, runs)


def _measured(seconds: int, runs: int) -> list[Figure]:
    Delivery.objects.all().delete()
    current_app.control.purge()  # the nudges of the scenes before: this worker would answer them first
    people = list(User.objects.filter(is_active=True)[:8])
    tickets = list(Ticket.objects.exclude(status="closed").filter(merged_into=None).order_by("-pk")[: PACE * seconds * runs])
    worker = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "helpdesk",
            "worker",
            "-I",
            "tests.bench.six",
            "-Q",
            "now",
            "-c",
            "1",
            "-l",
            "ERROR",
            "--without-gossip",
            "--without-mingle",
        ],
        cwd=ROOT,
        env=dict(os.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for_worker(tickets[0], people)
        halves, tails, paces = [], [], []
        for run in range(runs):
            taken, pace = _run(tickets[run * PACE * seconds : (run + 1) * PACE * seconds], people)
            halves.append(share(taken, 0.5))
            tails.append(share(taken, 0.95))
            paces.append(pace)
    finally:
        worker.terminate()
        worker.wait(20)
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
    rng, born, gone, stop = Random(1), {}, {}, threading.Event()

    def look() -> None:
        while not stop.is_set():
            open_ones = [ticket for ticket in list(born) if ticket not in gone]
            left = set(Delivery.objects.filter(ticket_id__in=open_ones).values_list("ticket_id", flat=True)) if open_ones else set()
            now = time.perf_counter()
            gone.update({ticket: now for ticket in open_ones if ticket not in left})
            time.sleep(LOOK)
        connection.close()

    watcher = threading.Thread(target=look)
    watcher.start()
    began = time.perf_counter()
    for number, ticket in enumerate(tickets):
        time.sleep(max(0.0, began + number / PACE - time.perf_counter()))
        with transaction.atomic():
            _hand_over(ticket, people, rng)
        born[ticket.pk] = time.perf_counter()
    pace = len(tickets) / (time.perf_counter() - began)
    until = time.monotonic() + PATIENCE
    while len(gone) < len(born) and time.monotonic() < until:
        time.sleep(0.05)
    stop.set()
    watcher.join()
    late = 1000 * PATIENCE
    return [1000 * (gone[ticket] - at) if ticket in gone else late for ticket, at in born.items()], pace
