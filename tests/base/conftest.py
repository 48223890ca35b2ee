"""What tests of the ground may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from helpdesk.base.jobs import kinds
from helpdesk.base.jobs.kinds import Kind, Step
from helpdesk.base.jobs.models import Job
from tests.conftest import Travel


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch, travel: Travel) -> Callable[..., None]:
    """Registers a kind of work for this test."""
    known = dict(kinds._kinds)
    monkeypatch.setattr(kinds, "_kinds", known)

    def make(work: Callable[[Job], Iterator[Step]], name: str = "tests.work", **facts: Any) -> None:
        kinds.register(Kind(name, "Work", work, lambda job: f"Work {job.pk}", **facts))

    return make
