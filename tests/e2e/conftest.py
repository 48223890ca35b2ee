"""One running desk with all its parts for all stories, and windows onto it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from helpdesk.dev.instance import Instance
from tests.live.hand import Hand
from tests.live.rows import Rows
from tests.live.window import Window, launch

UNDO_WINDOW = 4  # seconds: long enough for a click on a busy machine, short enough to wait for


@dataclass
class Town:
    """The desk, and a hand at it."""

    instance: Instance
    hand: Hand
    rows: Rows

    @property
    def desk(self) -> str:
        return self.instance.url


@pytest.fixture(scope="session")
def town() -> Iterator[Town]:
    folder = Path(tempfile.mkdtemp(prefix="stories-"))
    instance = Instance(folder, environment={"UNDO_WINDOW": str(UNDO_WINDOW)})
    try:
        instance.start()
        rows = Rows(lambda: instance.database_url)
        with Hand(instance.env) as hand:
            hand.do("studio")
            yield Town(instance, hand, rows)
        rows.close()
    finally:
        instance.discard()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()


Open = Callable[..., Window]


@pytest.fixture
def window(town: Town, chromium: Browser) -> Iterator[Open]:
    """`window("anna")` is Anna's, signed in; `window()` a player's. A test that leaves trouble behind in one fails."""
    opened: list[Window] = []

    def open_(who: str = "", **more: Any) -> Window:
        made = Window(chromium, town.desk, **more)
        opened.append(made)
        if who:
            made.sign_in(who)
        return made

    yield open_
    trouble = [line for each in opened for line in each.unexpected]
    for each in opened:
        each.close()
    assert not trouble, "\n".join(trouble)
