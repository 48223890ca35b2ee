"""Waiting with a deadline: ask again and again, never sleep for a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE = 0.05  # seconds between two questions


def until(ask: Callable[[], T], what: str, *, seconds: float = 30) -> T:
    """What `ask` gives as soon as it is true. AssertionError with `what` and the last answer when the deadline passes."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {seconds:.0f} s in vain for: {what} (last answer: {answer!r})")
        time.sleep(PAUSE)
