"""The measuring process: started by `run.py` in an environment that names the database for measuring."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from helpdesk.demo import bulk  # noqa: E402
from tests.bench import encodings  # noqa: E402
from tests.bench.figures import Figure, table  # noqa: E402
from tests.bench.machine import Machine  # noqa: E402
from tests.bench.run import ROOT, options  # noqa: E402
from tests.bench.scenes import deliveries, due, exports, lag, lists, mails, many, pages, reaction, replies, searching  # noqa: E402
from tickets.models import Ticket  # noqa: E402

PAGE: Path = ROOT / "docs" / "benchmarks.md"
SCENES = {  # in this order: the last one leaves the database changed
    "pages": lambda given: pages.measure(requests=200, runs=given.runs),
    "lists": lambda given: lists.measure(runs=given.runs),
    "searching": lambda given: searching.measure(runs=given.runs),
    "lag": lambda given: lag.measure(seconds=10, runs=min(3, given.runs)),
    "replies": lambda given: replies.measure(replies=50, runs=given.runs),
    "mails": lambda given: mails.measure(mails=200, runs=given.runs),
    "encodings": lambda _given: encodings.figures(),
    "reaction": lambda given: reaction.measure(seconds=10, runs=min(3, given.runs)),
    "deliveries": lambda given: deliveries.measure(count=min(5_000, given.tickets), runs=given.runs),
    "many": lambda given: many.measure(count=min(5_000, given.tickets), runs=given.runs),
    "exports": lambda _given: exports.measure(),
    "due": lambda given: due.measure(count=given.tickets, runs=given.runs),
}


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    given, machine, figures = options(), Machine(), []
    machine.look()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    if not Ticket.objects.exists():
        bulk.fill(given.tickets, tell=_tell)
    wanted = given.only.split(",") if given.only else list(SCENES)
    for name in wanted:
        _tell(f"Measuring: {name} …")
        machine.look()
        figures += SCENES[name](given)
        machine.look()
    page = _page(figures, machine.words(_postgres()), given)
    print(page)
    if not given.no_page and wanted == list(SCENES):
        PAGE.write_text(page, encoding="utf-8")
        _tell(f"Written to {PAGE.relative_to(ROOT)}.")
    return 0


def _postgres() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit')")
        version, fsync, commit = cursor.fetchone()
    return f"PostgreSQL {version.split()[0]} (fsync {fsync}, synchronous_commit {commit})"


def _page(figures: list[Figure], machine: str, given: argparse.Namespace) -> str:
    missed = [figure for figure in figures if figure.verdict == "**missed**"]
    names = "; ".join(f"{figure.what} ({figure.median:,.0f} {figure.unit})" for figure in missed)
    words = f"Missed: {names}." if missed else "All budgets are kept."
    day = f"{datetime.now(UTC):%d %B %Y}"
    return f"""# Measured

`make bench` measures and writes this page. Written on {day}, for {given.tickets:,} tickets, {given.runs} runs of each.

{table(figures)}

{words}

{machine}

Pages are measured with Django's test client (middleware to rendered bytes, one process, no network), as an operator whose role holds in
two languages. A reply is the composer's form as htmx sends it, with the ticket drawn anew. Mails are real raw mails through the pipe's
door: three quarters open a ticket, one quarter answers one. Timers are answered tickets whose silence ends at once; each run moves some
thousands of them, with events and deliveries. The reaction is that of one real worker, nudged through the real broker, beside the process
that writes. Prepared statements would make a fifth more mails, but break running processes whenever a migration changes a table, so they
stay off. Four fifths of the queue page are the processor's own (fifty rows, half of it templates),
so a busy neighbour shows in its p95 at once: on the same machine a page of the same cost was measured at 57 ms in one hour and at 77 ms
in another. “Own work” is the processor time that the measuring process itself spent on one of them, without the database's and without
waiting: on a busy machine it tells more than the clock. Each mail is read by a child of the measuring process (`helpdesk/base/sandbox/`),
whose own work is not in that column.

{_by_hand()}"""


def _by_hand() -> str:
    """The sections below the table stay: measured by other means, and written down by a person."""
    written = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    return "".join(written.partition("\n## ")[1:]).lstrip("\n")


if __name__ == "__main__":
    sys.exit(main())
