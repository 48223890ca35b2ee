"""What a measurement found, and how it is put into a table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `runs`: the same figure from each repeated run; the median is what counts."""

    what: str
    runs: tuple[float, ...]
    unit: str
    budget: float | None = None
    at_most: bool = False  # the budget is an upper limit, not a lower one
    remark: str = ""
    own: float | None = None  # milliseconds of this process's own work for one of them, where waiting is not counted

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    @property
    def verdict(self) -> str:
        if self.budget is None:
            return "–"
        return "kept" if (self.median <= self.budget if self.at_most else self.median >= self.budget) else "**missed**"


def share(values: Sequence[float], part: float) -> float:
    """The value that `part` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))]


@dataclass(slots=True)
class Pace:
    """Runs a piece of work again and again: how many a second each time, and the process's own milliseconds for one."""

    runs: list[float] = field(default_factory=list)
    owns: list[float] = field(default_factory=list)

    def run(self, work: Callable[[], int]) -> None:
        began, worked = time.perf_counter(), time.process_time()
        done = work()
        self.runs.append(done / (time.perf_counter() - began))
        self.owns.append(1000 * (time.process_time() - worked) / max(done, 1))

    def figure(self, what: str, unit: str, *, budget: float | None = None, remark: str = "") -> Figure:
        return Figure(what, tuple(self.runs), unit, budget=budget, remark=remark, own=statistics.median(self.owns))


def number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(figures: Iterable[Figure]) -> str:
    """The figures as Markdown."""
    lines = ["| what | median | runs (lowest – highest) | budget | | own work of one | remark |", "|---|---|---|---|---|---|---|"]
    for figure in figures:
        spread = f"{len(figure.runs)} ({number(min(figure.runs))} – {number(max(figure.runs))})"
        limit = "–" if figure.budget is None else f"{'≤' if figure.at_most else '≥'} {number(figure.budget)} {figure.unit}"
        own = "–" if figure.own is None else f"{number(figure.own)} ms"
        lines.append(
            f"| {figure.what} | {number(figure.median)} {figure.unit} | {spread} | {limit} | {figure.verdict} | {own} | {figure.remark} |"
        )
    return "\n".join(lines)
