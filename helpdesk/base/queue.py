"""Telling a worker after the commit. A nudge makes things fast; the sweeps of `helpdesk/schedule.py` make them certain.

The broker may be gone: then a nudge costs its short time-out once, and for some seconds after that nothing at all, and the
operator sees no error. Nothing that matters is carried by a nudge: tasks are told ids of rows that are already committed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from kombu import Connection, pools

_gathered: ContextVar[dict[Nudge, None] | None] = ContextVar("gathered", default=None)
log = structlog.get_logger(__name__)

BROKER_PATIENCE = 0.5  # seconds for connecting and for each answer
PAUSE_AFTER_FAILURE = 5.0  # seconds without another try
_state = threading.local()


@dataclass(frozen=True, slots=True)
class Nudge:
    """A task's name, its ids and its queue; called once the transaction has committed."""

    task: str
    args: tuple[Any, ...]
    queue: str

    def __call__(self) -> None:
        """Sent now, or noted for the end of the block that gathers."""
        gathered = _gathered.get()
        if gathered is None:
            self.send()
        else:
            gathered[self] = None

    def send(self) -> None:
        """Now, if the broker can be reached."""
        if current_app.conf.task_always_eager:
            return  # nobody listens: the caller runs the loop itself
        if time.monotonic() < getattr(_state, "silent_until", 0.0):
            return
        try:
            with pools.producers[_connection(current_app.conf.broker_url)].acquire(block=True, timeout=BROKER_PATIENCE) as producer:
                current_app.send_task(self.task, args=self.args, queue=self.queue, producer=producer, retry=False, expires=60)
        except Exception as error:  # whatever the broker does, the work is committed
            _state.silent_until = time.monotonic() + PAUSE_AFTER_FAILURE
            log.warning("broker_unreachable", task=self.task, error=str(error))


@contextmanager
def gathering() -> Iterator[None]:
    """Nudges wait for the end of the block and then go out once each: for who commits many small transactions in a row."""
    waiting: dict[Nudge, None] = {}  # a set that keeps its order
    token = _gathered.set(waiting)
    try:
        yield
    finally:
        _gathered.reset(token)
        for call in waiting:
            call()


@cache
def _connection(address: str) -> Connection:
    """What the pool's connections are made like."""
    return Connection(
        address,
        connect_timeout=BROKER_PATIENCE,
        transport_options={
            "socket_timeout": BROKER_PATIENCE,
            "socket_connect_timeout": BROKER_PATIENCE,
            "max_retries": 0,
            "retry_on_timeout": False,
        },
    )


def nudge(task: str, *args: Any, queue: str = "now") -> None:
    """Send `task` after the commit of the present transaction, once however often it is asked for."""
    call = Nudge(task, args, queue)
    connection = transaction.get_connection()
    if connection.in_atomic_block and any(waiting[1] == call for waiting in connection.run_on_commit):
        return
    transaction.on_commit(call, robust=True)
