from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.base.outgoing.stranger import Stranger, stranger


@pytest.fixture
def other() -> Iterator[Stranger]:
    with stranger() as running:
        yield running
