"""What the core's stories may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests import seeds
from tests.factories.desk import Post, post
from tickets.events import subscriptions


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Real commits, so that threads see each other's rows. Afterwards everything is as the migrations left it, seeds included."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            seeds.put_back()
            connection.close()


@pytest.fixture
def no_other_ears() -> Iterator[None]:
    """Nobody listens but those whom the story names."""
    before = subscriptions.kept()
    subscriptions.restore(({}, {}))
    yield
    subscriptions.restore(before)


@pytest.fixture(autouse=True)
def _quiet_post() -> Iterator[Post]:
    post.sent.clear()
    post.outcomes.clear()
    yield post
    post.sent.clear()
    post.outcomes.clear()
