"""What may reach the database, what is read back whatever stands there, and what the fields say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django import forms
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.base.bounds import (
    EARLIEST,
    LARGEST,
    LATEST,
    PROMISE_AHEAD,
    DayField,
    MomentField,
    is_sane,
    shown,
    whole_number,
    whole_numbers,
    wrong_promise,
)
from helpdesk.base.templatetags.ui import ago, day, moment, waited
from tests.conftest import Travel

ODD = ["Pacific/Kiritimati", "Pacific/Niue", "America/New_York", "Asia/Kathmandu", "Europe/Moscow"]


def read(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "year"),
    [
        ("infinity", 9999),
        ("-infinity", 2),
        ("10000-01-01 04:59+00", 9999),
        ("294276-12-31 23:59:59.999999+00", 9999),
        ("4713-01-01 00:00+00 BC", 2),
        ("0001-01-01 00:00+00", 2),
        ("9999-12-31 23:59:59+00", 9999),
        ("2026-11-25 20:00+00", 2026),
    ],
)
@pytest.mark.parametrize("kind", ["timestamptz", "date"])
def test_every_moment_is_read_and_said_in_every_zone(kind: str, said: str, year: int) -> None:
    found = read(f"SELECT {kind} '{said}'")

    assert found.year == year
    if kind == "timestamptz":
        for zone in ODD:
            found.astimezone(ZoneInfo(zone))


@pytest.mark.django_db
@pytest.mark.parametrize("said", ["178000000 years", "-178000000 years", "2 days"])
def test_every_span_is_read(said: str) -> None:
    assert isinstance(read(f"SELECT interval '{said}'"), timedelta)


@settings(deadline=None)
@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(sorted(available_timezones())))
def test_every_moment_is_drawn_in_every_zone(at: datetime, zone: str) -> None:
    with timezone.override(ZoneInfo(zone)):
        for draw in (moment, day, ago, waited):
            assert "<time" in draw(at)


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_sane_is_shown_as_it_is(at: datetime) -> None:
    assert shown(at) == at or not is_sane(at)


class Asked(forms.Form):
    moment = MomentField(required=False)
    day = DayField(required=False)


@settings(deadline=None)
@given(
    st.one_of(st.text(), st.datetimes().map(lambda at: at.isoformat(timespec="minutes")), st.from_regex(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")),
    st.sampled_from(ODD),
)
def test_a_field_takes_only_what_may_be_kept_and_never_breaks(said: str, zone: str) -> None:
    with timezone.override(ZoneInfo(zone)):
        form = Asked({"moment": said, "day": said[:10]})
        form.is_valid()

        at = form.cleaned_data.get("moment")
        assert at is None or EARLIEST <= at <= LATEST
        assert form.cleaned_data.get("day") is None or 2000 <= form.cleaned_data["day"].year <= 2199


@pytest.mark.parametrize("said", ["9999-12-31T23:59", "0001-01-01T00:00", "1999-12-31T00:00", "2200-06-01T00:00"])
@pytest.mark.parametrize("zone", ODD)
def test_a_moment_near_the_ends_of_time_is_refused_in_a_sentence(said: str, zone: str) -> None:
    with timezone.override(ZoneInfo(zone)):
        form = Asked({"moment": said, "day": said[:10]})

    assert not form.is_valid()
    assert form.errors == {"moment": ["Name a day between 2000 and 2199."], "day": ["Name a day between 2000 and 2199."]}


def test_a_promise_lies_ahead_and_not_too_far(travel: Travel) -> None:
    now = travel.moment

    assert wrong_promise(None) == wrong_promise(now + timedelta(minutes=1)) == wrong_promise(now + PROMISE_AHEAD) == ""
    assert str(wrong_promise(now)) == "That moment has passed."
    assert "two years" in str(wrong_promise(now + PROMISE_AHEAD + timedelta(seconds=1)))


@given(st.text())
def test_a_number_of_an_address_fits_a_column(said: str) -> None:
    assert 0 <= whole_number(said) <= LARGEST


@pytest.mark.parametrize("said", [None, "", "²", "٣", "-1", "1e3", "0x10", "9" * 19, "9" * 5000, " 7", "7\x00"])
def test_what_is_no_number_is_none(said: str | None) -> None:
    assert whole_number(said) == 0
    assert whole_numbers([said or "", "7"]) == [7]


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["infinity", "-infinity", "10000-01-01 00:00+00", "1999-12-31 23:59+00"])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("tickets_ticket", "pending_until"),
        ("tickets_message", "then_pending_until"),
        ("tickets_message", "leaves_at"),
        ("tickets_timer", "due_at"),
        ("staff_staffmail", "due_at"),
        ("tickets_event", "at"),
    ],
)
def test_the_database_refuses_it_too(table: str, column: str, moment: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE conrelid = %s::regclass", [table])
        checks = [rule for rule, validated in cursor.fetchall() if column in rule and validated and "2200" in rule]
        assert checks
        cursor.execute(f"CREATE TEMP TABLE bound_probe (LIKE {table} INCLUDING CONSTRAINTS)")
        cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'bound_probe'::regclass AND attnotnull AND attnum > 0")
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE bound_probe ALTER COLUMN "{name}" DROP NOT NULL')
        others = "SELECT conname FROM pg_constraint WHERE conrelid = 'bound_probe'::regclass AND conname NOT LIKE '%%sane'"
        cursor.execute(others)
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE bound_probe DROP CONSTRAINT "{name}"')
        with pytest.raises(IntegrityError, match="sane"), transaction.atomic():
            cursor.execute(f"INSERT INTO bound_probe ({column}) VALUES (%s)", [moment])
        cursor.execute("DROP TABLE bound_probe")
