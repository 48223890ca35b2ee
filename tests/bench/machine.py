"""What the machine was doing meanwhile: a figure without this says little on a shared machine."""

from __future__ import annotations

import os
import platform
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

SPIN = 400_000  # additions in one turn of the calibration loop


def _turn() -> float:
    began, total = time.perf_counter(), 0
    for one in range(SPIN):
        total += one
    return time.perf_counter() - began


def _model() -> str:
    info = Path("/proc/cpuinfo")
    names = (
        [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    )
    return names[0] if names else platform.machine()


@dataclass(slots=True)
class Machine:
    """Looked at again and again between the measurements."""

    loads: list[float] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)

    def look(self) -> None:
        self.loads.append(os.getloadavg()[0])
        self.turns += [_turn() for _time in range(12)]

    def words(self, postgres: str) -> str:
        """A few sentences for the page."""
        milliseconds = sorted(1000 * turn for turn in self.turns)
        best, middle, worst = milliseconds[0], statistics.median(milliseconds), milliseconds[-1]
        return (
            f"Machine: {os.cpu_count()} × {_model()}, Python {platform.python_version()}, {postgres}. "
            f"Noise: the load average was {min(self.loads):.1f} to {max(self.loads):.1f}; "
            f"a fixed piece of arithmetic took {best:.1f} ms at best, {middle:.1f} ms in the middle, {worst:.1f} ms at worst. "
            f"So others slowed a run {middle / best:.1f}-fold in the middle and {worst / best:.1f}-fold at worst, against the best moment."
        )
