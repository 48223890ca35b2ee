"""Rows written by statements that are worded once, with one JSON for all their columns. The ORM words and binds each column each time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model


@cache
def columns(model: type[Model], *, without: tuple[str, ...] = ()) -> str:
    """The names of a table's columns but its id and those left out, as SQL lists them."""
    names = (str(field.column) for field in model._meta.concrete_fields if not field.primary_key)
    return ", ".join(connection.ops.quote_name(name) for name in names if name not in without)


def as_json(rows: Iterable[Model]) -> str:
    """For `json_populate_recordset`: all columns of these rows but their ids. They hold texts, numbers, moments and what JSON can say."""
    return json_of(
        {str(field.column): getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key} for row in rows
    )


def json_of(rows: Iterable[dict[str, Any]]) -> str:
    return json.dumps(list(rows), ensure_ascii=False, default=datetime.isoformat)


def insert(row: Model) -> None:
    """Put a new row into its table; it has its id then."""
    with connection.cursor() as cursor:
        cursor.execute(_insertion(type(row)), [as_json([row])])
        made(row, cursor.fetchone()[0])


def made(row: Model, pk: int) -> None:
    """A statement has put this instance into its table under this id."""
    row.pk, row._state.adding, row._state.db = pk, False, connection.alias


@cache
def _insertion(model: type[Model]) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    names = columns(model)
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, %s) RETURNING id"  # noqa: S608 - our own columns
