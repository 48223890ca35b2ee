"""Operators at their desks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.factories.staff import MOVES, somebody
from tickets.desk.queue import selectors

DAILY = (
    Right.VIEW,
    Right.SEE_NOTES,
    Right.REPLY,
    Right.NOTE,
    Right.ASSIGN,
    Right.TAKE,
    *MOVES,
    Right.SET_PRIORITY,
    Right.SEE_PLAYER,
    Right.SEE_PLAYER_CONTACT,
    Right.SEE_ATTACHMENTS,
)
Desk = Callable[[User], Client]
TESTS_OWN = re.compile(r"SAVEPOINT|RELEASE|SELECT set_config\('statement_timeout', '0'")


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page waits for is not what a crowded machine takes."""
    monkeypatch.setattr(selectors, "COUNTED_AT_ONCE", 10.0)


@pytest.fixture
def clara(db: None) -> User:
    """An operator with the rights of a working day, everywhere."""
    return somebody(*DAILY, name="Clara Novak")


@pytest.fixture
def erik(db: None) -> User:
    """Her colleague."""
    return somebody(*DAILY, name="Erik Holm")


@pytest.fixture
def desk(db: None) -> Desk:
    """A browser in which somebody is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


def of_the_page(queries: CaptureQueriesContext) -> list[str]:
    """The beginnings of a page's statements, without those that only a test needs, since it runs in a transaction of its own."""
    return [query["sql"][:150] for query in queries.captured_queries if not TESTS_OWN.match(query["sql"])]
