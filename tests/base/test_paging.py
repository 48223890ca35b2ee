"""Keyset paging: each row once, in both directions, and a bent cursor starts at the beginning."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.base.bounds import LARGEST
from helpdesk.base.models import Blob
from helpdesk.base.paging import decode, encode, page
from tests.tickets.deeds import rolled_back

pytestmark = pytest.mark.django_db
START = datetime(2026, 10, 5, tzinfo=UTC)


def make(ages: list[int]) -> list[Blob]:
    return Blob.objects.bulk_create(
        [Blob(sha256=f"{number:064x}", size=age, created_at=START + timedelta(minutes=age)) for number, age in enumerate(ages)]
    )


@pytest.mark.parametrize("key", ["created_at", "size", "id"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ages=st.lists(st.integers(0, 6), max_size=17), size=st.integers(1, 6), descending=st.booleans())
def test_walking_there_and_back_meets_each_row_once(key: str, ages: list[int], size: int, descending: bool) -> None:
    with rolled_back():
        made = make(ages)
        order = sorted(made, key=lambda row: (getattr(row, key), row.pk), reverse=descending)
        wanted = [row.pk for row in order]

        there, cursor, pages = [], "", 0
        while True:
            found = page(Blob.objects.all(), key=key, descending=descending, cursor=cursor, size=size)
            assert len(found.rows) <= size
            there += [row.pk for row in found.rows]
            pages += 1
            if not found.later:
                break
            cursor = found.later
        assert there == wanted

        back = [row.pk for row in found.rows]
        while found.earlier:
            found = page(Blob.objects.all(), key=key, descending=descending, cursor=found.earlier, size=size)
            back = [row.pk for row in found.rows] + back
        assert back == wanted
        assert pages == max(1, -(-len(ages) // size))


def test_a_row_that_comes_meanwhile_repeats_no_other() -> None:
    make([5, 4, 3, 2])
    first = page(Blob.objects.all(), key="size", descending=True, size=2)
    Blob.objects.create(sha256="new", size=9)

    second = page(Blob.objects.all(), key="size", descending=True, cursor=first.later, size=2)

    assert [row.size for row in second.rows] == [3, 2]


def bent(*said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "ÿÿÿ", "====", bent(), bent(1), bent("now", 1, 0), bent("2026-10-05T00:00:00", 1, 0), bent(None, 1, 0), bent(1.5, 1, 0),
        bent([], [], []), bent(7, float("inf"), 0), bent(7, 1, 0), bent("2026-10-05T00:00:00+00:00", "x", 0), bent({}, 1, 0), "W" * 20_000,
        base64.urlsafe_b64encode(b"[" * 5000).decode(),
    ],
)  # fmt: skip
def test_a_bent_cursor_starts_at_the_beginning(cursor: str) -> None:
    make([1, 2])

    assert len(page(Blob.objects.all(), key="created_at", descending=True, cursor=cursor, size=5).rows) == 2


@pytest.mark.parametrize("pk", [-(2**70), 2**70])
def test_an_id_beyond_all_rows_is_no_error(pk: int) -> None:
    make([1, 2])

    page(Blob.objects.all(), key="size", descending=True, cursor=encode(1, pk, False), size=5)
    page(Blob.objects.all(), key="size", descending=True, cursor=encode(2**70, 1, False), size=5)


IDS = st.integers(-LARGEST, LARGEST)


@given(st.one_of(IDS, st.datetimes(timezones=st.just(UTC))), IDS, st.booleans())
def test_a_cursor_comes_back_as_it_went(value: datetime | int, pk: int, back: bool) -> None:
    assert decode(encode(value, pk, back)) == (value, pk, back)


@given(st.integers(LARGEST + 1), st.sampled_from([-1, 1]))
def test_what_no_column_holds_is_no_cursor(beyond: int, sign: int) -> None:
    assert decode(encode(sign * beyond, 1, False)) is None
    assert decode(encode(1, sign * beyond, False)) is None


@given(st.text())
def test_no_cursor_is_an_error(cursor: str) -> None:
    decode(cursor)
