"""A sweep's turn: how long it may hold its worker, so that the other tasks of the queue get theirs.

What is left when the time is up is not asked for by a nudge. The next tick of the schedule lies in the queue already, behind whatever
else waits there; a sweep that nudged itself would come twice for each tick while there is much to do, and crowd the others out.
"""

from __future__ import annotations

from math import inf
from time import monotonic

TURN = 20.0  # seconds


class Turn:
    """Begins now. Without a limit for whoever runs the loop themselves: the demo, a test, a measurement."""

    def __init__(self, seconds: float = inf) -> None:
        self._ends = monotonic() + seconds

    def lasts(self) -> bool:
        return monotonic() < self._ends
