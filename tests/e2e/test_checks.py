"""What looks at the pages sees what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.shots.checks import Reader

pytestmark = pytest.mark.browser

WHOLE = """<!doctype html><html lang="ru"><head><title>Очередь</title></head><body><main><h1>Очередь</h1>{}</main></body></html>"""
FAULTS = {
    "axe: image-alt": '<img src="data:,">',
    "axe: color-contrast": '<p style="color: #ccc; background: #fff">Слова</p>',
    "sticks out": '<p style="width: 3000px">Слова</p>',
    "cut off": '<p style="width: 40px; overflow: hidden; white-space: nowrap">Слова, которые не помещаются</p>',
    "cut off by": '<p style="height: 10px; overflow: hidden; font-size: 20px">Слова</p>',
    "not translated": "<p>Слова and others</p>",
    "not translated · p · Settings": "<p>Settings</p>",
    "not translated · p · Überraschung": "<p>Überraschung</p>",
}
FINE = """<p>Anna Krylova</p><p>Слова</p><p><kbd>Enter</kbd></p><p lang="en">Words of a player</p><p>support@emberfall.example</p>
<p style="width: 40px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis">Слова, которые не помещаются</p>
<div style="width: 40px; overflow: auto" tabindex="0"><table><tr><td style="white-space: nowrap">Слова в таблице</td></tr></table></div>"""


class Rows:
    """A desk of two rows."""

    def all(self, statement: str) -> list[tuple[Any, ...]]:
        return [("staff_user", "name")] if "information_schema" in statement else [("Anna Krylova",), ("The settings of my game are gone",)]


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    yield page
    page.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(page: Page, fault: str) -> None:
    page.set_content(WHOLE.format(FAULTS[fault]))

    found = Reader(Rows()).findings(page, "ru")

    assert len(found) == 1, found
    assert fault in str(found[0]).replace("main > ", "")


def test_a_page_of_another_language_is_found(page: Page) -> None:
    page.set_content(WHOLE.format("").replace('lang="ru"', 'lang="en"'))

    assert [finding.kind for finding in Reader(Rows()).findings(page, "ru")] == ["speaks another language"]


def test_what_is_whole_has_no_findings(page: Page) -> None:
    page.set_content(WHOLE.format(FINE))

    assert Reader(Rows()).findings(page, "ru") == []
