"""Dates and lengths of time, in the zone of who types them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from helpdesk.base.bounds import EARLIEST, LATEST
from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import make_ticket, player_writes
from tickets.models import Ticket
from tickets.search.language import parse, q_of
from tickets.search.language.dates import read


@pytest.fixture(autouse=True)
def _berlin(travel: Travel) -> object:
    """It is a quarter past three in the afternoon, two days after the clocks went back."""
    travel.forward(days=22, hours=5, minutes=15)
    with timezone.override("Europe/Berlin"):
        yield


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("2026", "2025-12-31T23:00", "2026-12-31T23:00"),
        ("2026-10", "2026-09-30T22:00", "2026-10-31T23:00"),
        ("2026-12", "2026-11-30T23:00", "2026-12-31T23:00"),
        ("2026-10-01", "2026-09-30T22:00", "2026-10-01T22:00"),
        ("2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),  # 25 hours
        ("2026-3-29", "2026-03-28T23:00", "2026-03-29T22:00"),  # 23
        ("01.10.2026", "2026-09-30T22:00", "2026-10-01T22:00"),
        ("10.2026", "2026-09-30T22:00", "2026-10-31T23:00"),
        ("today", "2026-10-26T23:00", "2026-10-27T23:00"),
        ("Вчера", "2026-10-25T23:00", "2026-10-26T23:00"),
        ("tomorrow", "2026-10-27T23:00", "2026-10-28T23:00"),
        ("позавчера", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("2026-10-01T12:30", "2026-10-01T10:30", "2026-10-01T10:31"),
        ("2026-10-01 12:30:05", "2026-10-01T10:30:05", "2026-10-01T10:30:06"),
        ("2026-10-01T12:30Z", "2026-10-01T12:30", "2026-10-01T12:31"),
        ("2026-10-01T12:30:00-05:00", "2026-10-01T17:30", "2026-10-01T17:30:01"),
        ("now", "2026-10-27T14:15", "2026-10-27T14:15"),
        ("4h", "2026-10-27T10:15", "2026-10-27T10:15"),
        ("90мин", "2026-10-27T12:45", "2026-10-27T12:45"),
        ("3d", "2026-10-24T13:15", "2026-10-24T13:15"),  # at the same hour on the wall, before the clocks went back
        ("72h", "2026-10-24T14:15", "2026-10-24T14:15"),
        ("1нед", "2026-10-20T13:15", "2026-10-20T13:15"),
        ("1d12h", "2026-10-26T02:15", "2026-10-26T02:15"),
        ("+2д", "2026-10-29T14:15", "2026-10-29T14:15"),
        ("-2ч", "2026-10-27T12:15", "2026-10-27T12:15"),
        ("2000", "2000-01-01T00:00", "2000-12-31T23:00"),  # not before the bound
        ("999999999w", "2000-01-01T00:00", "2000-01-01T00:00"),
        ("+999999999d", "2200-01-01T00:00", "2200-01-01T00:00"),
    ],
)
def test_what_is_meant(said: str, start: str, end: str) -> None:
    found = read(said)

    assert found is not None
    assert [f"{at:%Y-%m-%dT%H:%M:%S}".removesuffix(":00") for at in (found.start, found.end)] == [start, end]
    assert found.ago == (said[0].isdigit() and said[-1].isalpha() and "T" not in said)


@pytest.mark.parametrize(
    "said",
    ["2026-02-30", "2026-13", "31.04.2026", "99999", "0000", "9999", "2200", "1999-12-31", "2026-10-01T25:00", "2026-W40", "20261001",
     "1x", "d", "1.5h", "٣d", "1e5d", "9999999999d", "next friday", "", "2026-10-01T12:30+99:99"],
)  # fmt: skip
def test_what_is_no_time(said: str) -> None:
    assert read(said) is None


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue", "America/Havana", "Asia/Beirut", "Africa/Casablanca", "UTC"])
def test_every_day_has_its_hours_in_every_zone(zone: str) -> None:
    with timezone.override(zone):
        for year in (2000, 2026, 2199):
            days = [read(f"{year}-{month:02}-{day:02}") for month in (1, 3, 4, 10, 11, 12) for day in range(1, 32)]
            known = [day for day in days if day is not None]
            assert len(known) > 180
            for before, after in zip(known, known[1:], strict=False):
                assert EARLIEST <= before.start <= before.end <= after.start <= after.end <= LATEST
            assert all(timedelta(hours=22) < day.end - day.start < timedelta(hours=26) for day in known[2:-2])


def found(text: str, reader: User) -> set[str]:
    parsed = parse(text, reader)
    assert parsed.troubles == ()
    tree = q_of(parsed.tree, reader, texts=lambda _part: pytest.fail("no words were asked for"))
    return set(Ticket.objects.filter(tree).values_list("subject", flat=True))


def test_tickets_are_found_by_age_and_by_date(olga: User, travel: Travel) -> None:
    now = travel.moment
    for subject, hours in {"fresh": 1, "day": 24, "three days": 72, "week": 168}.items():
        player_writes(make_ticket(subject=subject, at=now - timedelta(hours=hours)), at=now - timedelta(hours=hours))

    assert found("waiting:>4h", olga) == {"day", "three days", "week"}
    assert found("ждёт:<4ч", olga) == {"fresh"}
    assert found("created:<2d", olga) == found("created:>-2d", olga) == found("-created:>2d", olga) == {"fresh", "day"}
    assert found("created:2h..4d", olga) == {"day", "three days"}
    assert found("created:yesterday", olga) == found("created:2026-10-26", olga) == {"day"}
    assert found("created:>2026-10-24", olga) == found("created:>=2026-10-25", olga) == {"fresh", "day"}
    assert found("created:<2026-10-24", olga) == {"week"}
    assert found("created:<=2026-10-24", olga) == found("created:..24.10.2026", olga) == {"week", "three days"}
    assert found("created:2026-10-24..вчера", olga) == {"day", "three days"}
    assert found("created:yesterday,2026-10-20", olga) == {"day", "week"}
    assert found("-created:2026-10-24..yesterday", olga) == {"fresh", "week"}
    assert found("resolved:none", olga) == {"fresh", "day", "three days", "week"}
    assert found("-resolved:none", olga) == found("waiting:пусто", olga) == set()
