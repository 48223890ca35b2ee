"""Operators at their desks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.factories.staff import MOVES, somebody

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
