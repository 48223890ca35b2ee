"""All measurements against the desk's budgets: prints a Markdown table and writes docs/benchmarks.md.

    python tests/bench/run.py [--tickets 100000] [--runs 5] [--only pages,replies,…] [--keep] [--no-page]

BENCH_TICKETS in the environment is another number of tickets than 100,000. It makes a database of its own beside that of DATABASE_URL,
fills it, measures in a process of its own, and drops it at the end; it uses the broker of REDIS_URL.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
NAME, INDEX = "helpdesk_bench", "helpdesk-bench"


def _database(url: str, *, keep: bool) -> str:
    """The address of the database for measuring, made anew unless an earlier one is kept."""
    with psycopg.connect(url, autocommit=True) as there:
        exists = there.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone() is not None
        if exists and not keep:
            there.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(NAME)))
        if not (exists and keep):
            there.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    return urlsplit(url)._replace(path=f"/{NAME}").geturl()


def _drop(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as there:
        there.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME)))


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
    keep, url = options().keep, os.environ.get("DATABASE_URL")
    if not url:
        print("Set DATABASE_URL to a PostgreSQL whose user may create databases (`make bench` does).", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="helpdesk-bench-") as media:
        mine = {
            "DATABASE_URL": _database(url, keep=keep),
            "MEDIA_ROOT": media,
            "ELASTICSEARCH_INDEX": INDEX,
            "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
        }
        environment = {"HELPDESK_ENV": "test", "LOG_LEVEL": "WARNING"} | dict(os.environ) | mine
        try:
            return subprocess.run(
                [sys.executable, "-m", "tests.bench.inside", *sys.argv[1:]], cwd=ROOT, env=environment, check=False
            ).returncode
        finally:
            if not keep:
                _drop(url)


if __name__ == "__main__":
    sys.exit(main())
