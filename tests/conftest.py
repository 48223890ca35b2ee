"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.base import clock
from helpdesk.staff.models import User
from tests.factories.desk import Post, post


class Travel:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self.moment = start

    def forward(self, **amount: float) -> datetime:
        self.moment += timedelta(**amount)
        clock._travelled.set(self.moment)
        return self.moment


@pytest.fixture
def travel() -> Iterator[Travel]:
    start = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
    with clock.travel(start):
        yield Travel(start)


@pytest.fixture
def the_post() -> Iterator[Post]:
    post.sent.clear()
    post.outcomes.clear()
    yield post
    post.sent.clear()
    post.outcomes.clear()


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna@studio.example", "a long password", name="Anna Krylova")


@pytest.fixture
def boris(db: None) -> User:
    return User.objects.create_user("boris@studio.example", "a long password", name="Boris Lindqvist")
