"""A desk with one game that players can write to; files go to a folder of the test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpdesk.studio.models import Game
from tests.factories.desk import make_game


@pytest.fixture(autouse=True)
def _own_storage(tmp_path: Path, settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "helpdesk.base.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path / "media")}}
    }


@pytest.fixture
def ember(db: None) -> Game:
    return make_game("ember", address="help@ember.example")
