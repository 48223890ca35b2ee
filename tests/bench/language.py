"""Reads searches as people type them, and the worst ones, and prints how long that takes: no database is asked.

    HELPDESK_ENV=test DJANGO_SETTINGS_MODULE=helpdesk.settings python -m tests.bench.language [--runs 7]

It needs the DATABASE_URL of the settings, and asks nothing there.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import django

django.setup()

from helpdesk.staff.models import HeldGrant, User  # noqa: E402
from helpdesk.staff.rights import Right  # noqa: E402
from helpdesk.staff.rights.scope import Part  # noqa: E402
from tests.bench.figures import Figure, table  # noqa: E402
from tickets.search.language import complete, parse  # noqa: E402
from tickets.search.language.parser import LONGEST_TEXT  # noqa: E402

TYPED = '"lost purchase" refund OR возврат -paypal status:new,waiting lang:ru waiting:>4h created:>2026-10-01'
WORST = {
    "words": "ab ",
    "brackets": "(",
    "quotation marks": "“‘„",
    "colons": "ab:c ",
    "fields that are none": "staus:x ",
    "conditions": "waits:yes ",
    "values": "status:" + "new," * 500,
}


def measured(what: str, work: Callable[[], object], runs: int, budget: float) -> Figure:
    """Microseconds for one, the median of so many runs of twenty each."""
    took = []
    for _run in range(runs):
        started = time.perf_counter()
        for _time in range(20):
            work()
        took.append((time.perf_counter() - started) * 50_000)
    return Figure(what, tuple(took), "µs", budget, at_most=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=7)
    runs = arguments.parse_args().runs
    reader = User(name="Olga Ward")
    reader.__dict__["_held_grants"] = (HeldGrant(frozenset({Right.VIEW}), Part(), needs_second_factor=False),)
    figures = [
        measured(f"{len(TYPED)} characters with five fields", lambda: parse(TYPED, reader), runs, 1_000),
        measured("two words", lambda: parse("lost purchase", reader), runs, 200),
        measured("the name of a field completed", lambda: complete(f"{TYPED} sta", len(TYPED) + 4, reader), runs, 1_000),
    ]
    for what, piece in WORST.items():
        text = (piece * LONGEST_TEXT)[:LONGEST_TEXT]
        figures.append(measured(f"{LONGEST_TEXT:,} characters of {what}", lambda text=text: parse(text, reader), runs, 50_000))
    print(table(figures))


if __name__ == "__main__":
    main()
