"""What every test may ask for."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as looking
from pytest_django import DjangoDbBlocker

from helpdesk.base import clock, outward, rate_limits
from helpdesk.base.storage import WholeFiles
from helpdesk.staff.models import User
from tests import seeds
from tests.factories.desk import Post, post
from tests.search_server import one_for_the_run

# a neighbour on the machine is no reason to fail
looking.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
looking.load_profile("any machine")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The tables as the migrations left them, kept in mind: a test with real commits ends with them, not with empty ones."""
    with django_db_blocker.unblock():
        seeds.keep()
    TransactionTestCase._fixture_teardown = lambda case: seeds.put_back()


@pytest.fixture(scope="module")
def lasting_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Rows of fixtures that ask for this stand for all tests of the module, each of which undoes what it changes, and are gone after it."""

    class Lasting(TestCase):
        pass

    with django_db_blocker.unblock():
        Lasting.setUpClass()
        yield
        Lasting.tearDownClass()
        Lasting.doClassCleanups()


@pytest.fixture(autouse=True, scope="session")
def _no_resolver() -> Iterator[None]:
    """DNS is asked of the resolvers that a test names, and of none of this machine's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("helpdesk.base.dns.RESOLVERS", Path("/nonexistent/resolv.conf"))
        yield


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords(django_test_environment: None) -> Iterator[None]:
    """Nobody breaks into a test: a slow hash would cost more than the stories."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]):
        yield


@pytest.fixture(autouse=True)
def _nobody_has_asked() -> None:
    """What the process remembers of a test before."""
    rate_limits.forget()
    outward.forget()


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A page that was asked for in Russian leaves its thread in Russian."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def elasticsearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Elasticsearch, one for the whole run."""
    base = tmp_path_factory.getbasetemp()
    with one_for_the_run(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) as url:
        yield url


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


@dataclass
class Disk:
    """Where files are kept. While it is full nothing more can be; `tests/faults` fills a real one."""

    full: bool = False


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk, really = Disk(), WholeFiles._write

    def write(storage: WholeFiles, name: str, pieces: Iterable[bytes]) -> Path:
        if disk.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return really(storage, name, pieces)

    monkeypatch.setattr(WholeFiles, "_write", write)
    return disk


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
