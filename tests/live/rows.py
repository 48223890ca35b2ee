"""The desk's rows as a bystander sees them: plain SQL on a connection of one's own, made anew after the server was away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import sql

LEASED = ("tickets_message", "tickets_delivery", "tickets_timer", "mail_rawmail", "jobs_job")


class Rows:
    """Reads and, where a test lets time pass, writes. Each statement commits by itself."""

    def __init__(self, url: Callable[[], str]) -> None:
        self._url = url
        self._link: psycopg.Connection[tuple[Any, ...]] | None = None

    def all(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._ask(statement, values)
        except psycopg.OperationalError:
            self.close()
            return self._ask(statement, values)

    def one(self, statement: str, *values: Any) -> Any:
        """The first column of the first row, or None."""
        rows = self.all(statement, *values)
        return rows[0][0] if rows else None

    def do(self, statement: str, *values: Any) -> int:
        """Write; returns how many rows it was."""
        return self._open().execute(statement, values).rowcount

    def another(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A further connection, in a transaction: for locks that stop a worker where the test wants it."""
        return psycopg.connect(self._url(), connect_timeout=5)

    def lapse(self, *tables: str) -> int:
        """As if the time of every lease were over. Only while nobody works on such a row; returns how many there were."""
        over = sql.SQL("UPDATE {} SET claimed_until = now() - interval '1 minute' WHERE claimed_until IS NOT NULL")
        return sum(self._open().execute(over.format(sql.Identifier(table))).rowcount for table in tables or LEASED)

    def close(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def _ask(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return self._open().execute(statement, values or None).fetchall()

    def _open(self) -> psycopg.Connection[tuple[Any, ...]]:
        if self._link is None or self._link.closed:
            self._link = psycopg.connect(self._url(), autocommit=True, connect_timeout=5)
        return self._link
