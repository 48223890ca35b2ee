"""People who save views, and the views that they save."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.factories.staff import somebody
from tickets.desk.saved_views.models import SavedView
from tickets.desk.saved_views.rights import SHARE
from tickets.desk.saved_views.services import make_view

Save = Callable[..., SavedView]


@pytest.fixture
def bare(db: None) -> None:
    """A desk without the views that every desk begins with."""
    SavedView.objects.all().delete()


@pytest.fixture
def olga(db: None) -> User:
    """Who may share with everybody."""
    return somebody(Right.VIEW, SHARE, name="Olga Ward")


@pytest.fixture
def save(bare: None) -> Save:
    """`save("Lost purchases", olga, "q=refund", whose="all")`."""

    def saved(name: str, by: User, address: str = "", *, whose: str = "me", **more: Any) -> SavedView:
        return make_view(**({"icon": "star", "folder": ""} | more), name=name, whose=whose, asked=QueryDict(address), by=by)

    return saved
