"""All measurements against the desk's budgets: prints a Markdown table and writes docs/benchmarks.md.

    python -m tests.bench [--tickets 100000] [--runs 5] [--only pages,replies,…] [--keep] [--no-page]

BENCH_TICKETS in the environment is another number of tickets than 100,000. It makes a database of its own beside that of DATABASE_URL,
fills it, measures in a process of its own, and drops it at the end; it uses the broker of REDIS_URL.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.own_database import run_in_its_own_database

ROOT = Path(__file__).resolve().parents[2]


def options() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tickets", type=int, default=int(os.environ.get("BENCH_TICKETS") or 100_000))
    arguments.add_argument("--runs", type=int, default=5)
    scenes = "pages, lists, searching, lag, replies, mails, encodings, reaction, deliveries, many, exports, due"
    arguments.add_argument("--only", default="", help=f"some of {scenes}")
    arguments.add_argument("--keep", action="store_true", help="use the filled database of an earlier time, and leave it")
    arguments.add_argument("--no-page", action="store_true", help="only print")
    return arguments.parse_args()


def main() -> int:
    return run_in_its_own_database("tests.bench.inside", sys.argv[1:], name="helpdesk_bench", keep=options().keep)
