"""Somebody who searches."""

from __future__ import annotations

import pytest

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.factories.staff import somebody


@pytest.fixture
def olga(db: None) -> User:
    return somebody(Right.VIEW, Right.SEE_PLAYER, name="Olga Ward")
