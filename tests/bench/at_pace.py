"""Something done so many times a second while real workers follow, and how long after each of them its effect is there."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from celery import current_app
from django.db import connection

from helpdesk.dev.data_dir import ROOT

PACE = 50  # a second
PATIENCE = 60.0  # seconds for the last ones

Done = Callable[[list[int]], set[int]]


@contextmanager
def workers(*queues: str, options: Sequence[str] = (), env: Mapping[str, str] | None = None) -> Iterator[None]:
    """A worker process for each queue. The nudges of the scenes before are thrown away: these would answer them first."""
    current_app.control.purge()
    run = [sys.executable, "-m", "celery", "-A", "helpdesk", "worker", "-c", "1", "-l", "ERROR", "--without-gossip", "--without-mingle"]
    started = [
        subprocess.Popen(
            [*run, *options, "-Q", queue, "-n", f"{queue}@bench"],
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for queue in queues
    ]
    try:
        yield
    finally:
        for worker in started:
            worker.terminate()
        for worker in started:
            worker.wait(20)


def waits(deeds: Mapping[int, Callable[[], object]], done: Done, *, look: float) -> tuple[list[float], float]:
    """How long after each deed its effect was there, in milliseconds, and how many deeds a second there were.

    `done` says of some deeds, by their ids, which have had theirs; a second thread asks it every `look` seconds.
    """
    born, seen, stop = dict[int, float](), dict[int, float](), threading.Event()

    def watch() -> None:
        while not stop.wait(look):
            missing = [pk for pk in list(born) if pk not in seen]
            there = done(missing) if missing else set()
            seen.update(dict.fromkeys(there, time.perf_counter()))
        connection.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    for nth, (pk, deed) in enumerate(deeds.items()):
        time.sleep(max(0.0, began + nth / PACE - time.perf_counter()))
        deed()
        born[pk] = time.perf_counter()
    pace = len(deeds) / (time.perf_counter() - began)
    until = time.monotonic() + PATIENCE
    while len(seen) < len(born) and time.monotonic() < until:
        time.sleep(0.05)
    stop.set()
    watcher.join()
    return [1000 * (seen.get(pk, at + PATIENCE) - at) for pk, at in born.items()], pace
