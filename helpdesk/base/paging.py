"""Keyset paging: a page starts after a (value, id), so page 500 costs what page 1 costs and rows never repeat."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.db.models import CharField, DateTimeField, Q, QuerySet

from helpdesk.base.bounds import LARGEST
from helpdesk.base.text import clean

Value = datetime | int | str
Row = TypeVar("Row")  # a model, or the named tuple of `values_list(…, named=True)`


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`rows` in the list's order; `earlier` and `later` are cursors for the neighbouring pages, or empty."""

    rows: list[Row]
    earlier: str
    later: str


def encode(value: Value, pk: int, back: bool) -> str:
    """A cursor as it stands in a URL."""
    said = value.isoformat() if isinstance(value, datetime) else f"={value}" if isinstance(value, str) else value
    return base64.urlsafe_b64encode(json.dumps([said, pk, int(back)]).encode()).decode().rstrip("=")


def decode(cursor: str) -> tuple[Value, int, bool] | None:
    """The cursor's (value, id, going back), or None when somebody bent it: then the list starts at its beginning."""
    try:
        value, pk, back = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(value, str) and value.startswith("="):
            value = clean(value[1:])
        elif isinstance(value, str):
            value = datetime.fromisoformat(value)
            if value.tzinfo is None:
                return None
            value = value.astimezone(UTC)
        elif not isinstance(value, int) or abs(value) > LARGEST:
            return None
        pk = int(pk)
        return (value, pk, bool(back)) if abs(pk) <= LARGEST else None
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None


def page(rows: QuerySet[Any, Row], *, key: str, descending: bool, cursor: str = "", size: int = 50) -> Page[Row]:
    """One page of `rows` ordered by `key`, a column or an annotation that is never NULL, then id; a row has both.

    Two cursors lead on and back.
    """
    start = decode(cursor) if cursor else None
    annotation = rows.query.annotations.get(key)
    column = annotation.output_field if annotation else rows.model._meta.get_field(key)
    if start and not isinstance(start[0], _held_by(column)):
        start = None  # a cursor of another list
    back = bool(start and start[2])
    down = descending != back
    if start:
        rows = rows.filter(_after(key, start[0], start[1], "lt" if down else "gt"))
    sign = "-" if down else ""
    found = list(rows.order_by(f"{sign}{key}", f"{sign}pk")[: size + 1])
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    if not found:
        return Page([], "", "")
    first: Any = found[0]
    last: Any = found[-1]
    return Page(
        rows=found,
        earlier=encode(getattr(first, key), first.pk, True) if (more if back else start is not None) else "",
        later=encode(getattr(last, key), last.pk, False) if (back or more) else "",
    )


def _held_by(column: Any) -> type[Value]:
    return datetime if isinstance(column, DateTimeField) else str if isinstance(column, CharField) else int


def _after(key: str, value: Any, pk: int, sign: str) -> Q:
    return Q(**{f"{key}__{sign}e": value}) & (Q(**{f"{key}__{sign}": value}) | Q(**{key: value, f"pk__{sign}": pk}))
