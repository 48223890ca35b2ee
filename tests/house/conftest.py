"""The studio that the house tests knock at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings

from tests.house.studio import House


@pytest.fixture(scope="module")
def house(lasting_rows: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for all tests of a module: nobody finds in it what another has changed."""
    files = {"BACKEND": "helpdesk.base.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path_factory.mktemp("files"))}}
    with override_settings(STORAGES=settings.STORAGES | {"default": files}):
        yield House()
