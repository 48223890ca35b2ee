"""Every page names each of its elements once, and every label and description points at something that is there."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

import pytest

from tests.house.ground import none_of
from tests.house.studio import GUARDED, METHODS, Door, House

pytestmark = pytest.mark.django_db

POINTING = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "form")


class Elements(HTMLParser):
    """The ids of a page, and what points at ids."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.pointed: set[tuple[str, str]] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids[value] += 1
            elif name in POINTING and value:
                self.pointed.update((name, one) for one in value.split())
            elif name == "href" and value and value.startswith("#") and len(value) > 1:
                self.links.add(value[1:])

    handle_startendtag = handle_starttag


def faults(html: str) -> list[str]:
    elements = Elements()
    elements.feed(html)
    found = [f"the id {one} stands {times} times" for one, times in elements.ids.items() if times > 1]
    found += [f'{name}="{one}" points at nothing' for name, one in sorted(elements.pointed) if one not in elements.ids]
    return found + [f"a link leads to #{one}, which is not there" for one in sorted(elements.links) if one not in elements.ids]


PAGES = [door for door in GUARDED if "post" not in getattr(door.view, "__name__", "")]


@pytest.mark.parametrize("door", PAGES, ids=repr)
def test_an_id_stands_once_and_what_points_at_one_finds_it(door: Door, house: House) -> None:
    """The page as it opens, and as it comes back with everything that was wrong in its form."""
    for method in METHODS:
        response = house.knock(house.boss, method, house.address(door))
        if response.streaming or "text/html" not in response.get("Content-Type", ""):
            continue
        page = response.content.decode()
        if page.lstrip().lower().startswith("<!doctype html>"):
            none_of(f"{door.name} ({method}): {fault}" for fault in faults(page))


@pytest.mark.parametrize("dialog", ["status", "assign", "facts", "player"])
def test_a_dialog_shares_no_id_with_the_page_behind_it(dialog: str, house: House) -> None:
    there = f"/tickets/{house.ticket.number}/"
    page = house.knock(house.boss, "get", there).content.decode()
    fragment = house.knock(house.boss, "get", f"{there}{dialog}/", headers={"HX-Request": "true"}).content.decode()
    card = house.knock(house.boss, "get", f"{there}card/").content.decode()

    none_of(faults(page.replace('<div id="prospects" hidden></div>', "").replace("</main>", f"{fragment}{card}</main>")))


def test_the_test_sees_what_is_wrong() -> None:
    said = faults('<label for="a">A</label><input id="b"><p id="b" aria-describedby="b c"></p><a href="#d">x</a>')

    assert said == [
        "the id b stands 2 times",
        'aria-describedby="c" points at nothing',
        'for="a" points at nothing',
        "a link leads to #d, which is not there",
    ]
