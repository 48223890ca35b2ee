"""The engine that the settings name. Called `base` since Django looks for a backend's connection there."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg import DataError
from psycopg.types.datetime import DateLoader, IntervalLoader
from psycopg.types.string import TextLoader

from helpdesk.base.postgresql import FIRST, LAST

LONGEST = timedelta(days=365_000)
LONGEST_NUMBER = 4000  # digits; Python reads 4,300
DEEPEST = 400  # brackets; Python's own depth is a thousand calls


def _is_before(said: bytes) -> bool:
    """Of a moment that Python cannot say: whether it lies before all others."""
    return said.startswith(b"-") or said.endswith(b"BC")


class BoundedMomentLoader(BaseTzLoader):  # type: ignore[misc]  # its module is untyped
    """Moments with a time zone: all of ours are kept so, and come in UTC."""

    timezone = UTC

    def load(self, data: Any) -> datetime:
        said = bytes(data)
        try:
            at = datetime.fromisoformat(
                said.decode()
            )  # a page reads three hundred of them, and the driver's own way takes six times as long
        except ValueError:
            try:
                at = super().load(data)
            except (DataError, OverflowError):
                return FIRST if _is_before(said) else LAST
        return min(max(at, FIRST), LAST)


class BoundedDayLoader(DateLoader):
    def load(self, data: Any) -> date:
        try:
            return min(max(super().load(data), FIRST.date()), LAST.date())
        except DataError:
            return FIRST.date() if _is_before(bytes(data)) else LAST.date()


class BoundedSpanLoader(IntervalLoader):
    def load(self, data: Any) -> timedelta:
        try:
            return min(max(super().load(data), -LONGEST), LONGEST)
        except (DataError, OverflowError):
            return -LONGEST if bytes(data).startswith(b"-") else LONGEST


class BoundedJsonLoader(TextLoader):
    """JSON as text, which Django parses. Numbers longer than Python reads are cut to zero, what is nested too deep for it is nothing."""

    def load(self, data: Any) -> Any:
        text: Any = super().load(data)  # str, since our databases are in UTF-8
        if len(text) > LONGEST_NUMBER or text.count("[") + text.count("{") > DEEPEST:
            try:
                json.loads(text)
            except ValueError:
                return json.dumps(json.loads(text, parse_int=_number))
            except RecursionError:
                return "null"
        return text


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= LONGEST_NUMBER else 0


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose rows can all be read."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.adapters.register_loader("timestamptz", BoundedMomentLoader)
        connection.adapters.register_loader("date", BoundedDayLoader)
        connection.adapters.register_loader("interval", BoundedSpanLoader)
        connection.adapters.register_loader("jsonb", BoundedJsonLoader)
        return connection
