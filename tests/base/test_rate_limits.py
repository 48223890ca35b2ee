"""Counting who knocks at a public door: all processes together, no race fools it, and a flood writes little."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.base import rate_limits
from helpdesk.base.models import RateLimitWindow

pytestmark = pytest.mark.django_db


def knock(who: str = "203.0.113.7", times: int = 5, **more: Any) -> bool:
    return rate_limits.too_often("door", who, times=times, seconds=60, **more)


def test_more_than_so_many_visits_are_too_often_until_the_window_ends(travel: Any):
    assert [knock() for _visit in range(7)] == [False] * 5 + [True] * 2
    assert not knock("198.51.100.1")

    travel.forward(seconds=60)
    assert not knock()


def test_another_process_counts_on(travel: Any):
    for _visit in range(3):
        knock()
    rate_limits.forget()

    assert [knock() for _visit in range(3)] == [False, False, True]


def test_who_is_over_the_limit_costs_no_query_any_more(travel: Any):
    for _visit in range(6):
        knock()

    with CaptureQueriesContext(connection) as queries:
        assert all(knock() for _visit in range(100))
        assert rate_limits.is_shut("door", "203.0.113.7", seconds=60)
    assert len(queries) == 0


def test_strides_write_once_for_many_visits(travel: Any):
    with CaptureQueriesContext(connection) as queries:
        answers = [knock(times=50, stride=25) for _visit in range(80)]

    assert answers.count(True) == 6  # the 75th is the first that is known to be too many
    assert sum("INSERT INTO base_ratelimitwindow" in each["sql"] for each in queries) == 3


def test_windows_that_are_over_are_swept(travel: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rate_limits, "SWEEP_EACH", 1)
    knock()
    travel.forward(minutes=2)
    knock()

    assert RateLimitWindow.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_household_is_one_whatever_its_addresses(address: str, counted: str):
    assert rate_limits.network(address) == counted


@pytest.mark.django_db(transaction=True)
def test_visits_at_the_same_moment_are_all_counted(travel: Any):
    def visit() -> None:
        for _visit in range(20):
            rate_limits._count("door:1:x", 1, travel.moment)
        connection.close()

    crowd = [threading.Thread(target=visit) for _one in range(6)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()

    assert RateLimitWindow.objects.get().visits == 120
