"""Every page, as it meets the eye and the screen reader: nothing broken, nothing out of reach, nothing sticking out of a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import Town
from tests.e2e.places import Place, furnish
from tests.e2e.tour import Tour
from tests.shots.checks import Reader

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def places(town: Town) -> list[Place]:
    return furnish(town)


@pytest.fixture(scope="module")
def tour(town: Town, chromium: Browser) -> Tour:
    return Tour(chromium, town)


@pytest.mark.parametrize(("width", "dark", "language"), [(1280, False, "en"), (390, True, "ru")])
def test_every_page_is_whole(tour: Tour, places: list[Place], width: int, dark: bool, language: str) -> None:
    """Russian words are the longest, so they go to the phone. `make shots` looks at the other combinations."""
    reader = Reader(tour.town.rows)
    trouble: list[str] = []

    for place, window in tour.through(places, language, width=width, dark=dark):
        findings = reader.findings(window.page, place.speaks or language, words=place.words)
        trouble += [f"{place.name}: {line}" for line in (*window.unexpected, *findings)]

    assert not trouble, "\n".join(trouble)
