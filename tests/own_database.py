"""A process with a database of its own beside that of DATABASE_URL: made empty for it, dropped after it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from helpdesk.dev.data_dir import ROOT


def run_in_its_own_database(module: str, words: Sequence[str] = (), *, name: str, keep: bool = False) -> int:
    """Runs the module there, with a folder of its own for files; returns its exit code, or 2 where no server is named.

    `keep`: it is the database of an earlier time if there is one, and stays for a later.
    """
    if not (url := os.environ.get("DATABASE_URL")):
        print("Set DATABASE_URL to a PostgreSQL whose user may create databases (`make bench` and `make judge` do).", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as media:
        mine = {
            "DATABASE_URL": _database(url, name, keep=keep),
            "MEDIA_ROOT": media,
            "ELASTICSEARCH_INDEX": name.replace("_", "-"),
            "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
        }
        environment = {"HELPDESK_ENV": "test", "LOG_LEVEL": "WARNING"} | dict(os.environ) | mine
        try:
            return subprocess.run([sys.executable, "-m", module, *words], cwd=ROOT, env=environment, check=False).returncode
        finally:
            if not keep:
                _drop(url, name)


def _database(url: str, name: str, *, keep: bool) -> str:
    """Its address; made anew unless an earlier one is kept."""
    with psycopg.connect(url, autocommit=True) as there:
        exists = there.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
        if exists and not keep:
            there.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        if not (exists and keep):
            there.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _drop(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as there:
        there.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
