"""Every page, as it meets the eye and the screen reader: nothing broken, nothing out of reach, nothing sticking out of a phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import Town
from tests.e2e.places import Place, furnish
from tests.live.window import Window

pytestmark = pytest.mark.browser

SERIOUS = {"serious", "critical"}
SIDEWAYS = "() => document.documentElement.scrollWidth - innerWidth"
WORDS = "() => [document.documentElement.lang, document.querySelector('h1')?.textContent.trim() ?? '']"


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks at the pages. Russian words are the longest, so they go to the phone."""

    width: int
    dark: bool = False
    language: str = "en"

    def __str__(self) -> str:
        return f"{self.width}-{'dark' if self.dark else 'light'}-{self.language}"


@pytest.fixture(scope="module")
def places(town: Town) -> list[Place]:
    return furnish(town)


@pytest.mark.parametrize("look", [Look(1280), Look(390, dark=True, language="ru")], ids=str)
def test_every_page_is_whole(town: Town, chromium: Browser, places: list[Place], look: Look) -> None:
    town.hand.do("prefer", word="olga", language=look.language)
    trouble: list[str] = []

    for place, window in visits(town, chromium, places, look):
        trouble += [f"{place.name}: {line}" for line in (*window.unexpected, *faults(window.page, place.speaks or look.language))]
        window.trouble.clear()

    assert not trouble, "\n".join(trouble)


def visits(town: Town, chromium: Browser, places: list[Place], look: Look) -> Iterator[tuple[Place, Window]]:
    """Each place with a window that stands before it; one window for each who looks."""
    windows: dict[str, Window] = {}
    try:
        for place in places:
            window = windows.get(place.who)
            if window is None:
                window = windows[place.who] = Window(chromium, town.desk, width=look.width, dark=look.dark, language=look.language)
                if place.who:
                    window.sign_in(place.who)
            answer = window.page.goto(place.path)
            if answer is None or not answer.ok:
                window.trouble.append(f"answered {answer.status if answer else 'nothing'}")
            window.page.wait_for_load_state("networkidle")
            yield place, window
    finally:
        for window in windows.values():
            window.close()


def faults(page: Page, language: str) -> list[str]:
    """What a person would stumble over on this page."""
    found = []
    if (beyond := page.evaluate(SIDEWAYS)) > 0:
        found.append(f"sticks out by {beyond} px")
    spoken, heading = page.evaluate(WORDS)
    if spoken != language:
        found.append(f"speaks {spoken}")
    for violation in Axe().run(page).response["violations"]:
        if violation["impact"] in SERIOUS:
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            found.append(f"{violation['id']} ({len(violation['nodes'])}): {nodes}")
    return found
