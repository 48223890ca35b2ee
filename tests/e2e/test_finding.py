"""Find anything, as one story without a mouse: found, narrowed, laid out, kept, shared, and taken home as a file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Open, Town
from tests.e2e.keyboard import press, tab_to
from tests.live.waiting import until

pytestmark = pytest.mark.browser

SAID = "The lighthouse keeper kept my compass after the storm."
HALF = "lighthoose compass"  # half of what she remembers, and with a slip
FOUND, ON_HOLD, RUSSIAN = "Compass of Wren", "Compass of Otto", "Compass of Kira"
VIEW, TEAM = "Lighthouse", "Coast guard"


@pytest.fixture(autouse=True)
def _columns_as_they_were(town: Town) -> Iterator[None]:
    """Lists look to Olga as the desk shows them, for the other stories' sake."""
    yield
    town.rows.do("DELETE FROM desk_listlook")


def test_found_narrowed_kept_shared_and_exported_by_keys_alone(town: Town, window: Open) -> None:
    furnish(town)
    page = window("olga").page

    find(page)
    narrow(page)
    lay_out(page)
    keep_and_share(page)
    fetch_as_a_file(page)
    colleague = window("ida").page
    rail = colleague.locator("#views-rail")
    expect(rail).to_contain_text(VIEW)
    tab_to(colleague, rail.get_by_role("link", name=VIEW))
    press(colleague, "Enter")
    expect(colleague.get_by_role("heading", level=1)).to_have_text(VIEW)
    expect(subjects(colleague)).to_have_text([FOUND])


def furnish(town: Town) -> None:
    """Three tickets with the same words, of which one is on hold and one is in Russian."""
    do = town.hand.do
    do("team", name=TEAM, people=["olga", "ida"])
    on_hold = do("open_one", address="otto@coast.example", name="Otto", subject=ON_HOLD, text=SAID)
    do("promised", number=on_hold, department=do("department"), reason=do("reason"))
    do("open_one", address="wren@coast.example", name="Wren", subject=FOUND, text=SAID)
    do("open_one", address="kira@coast.example", name="Kira", subject=RUSSIAN, text=SAID, language="ru")
    known = "SELECT count(*) FROM search_searchdocument d JOIN tickets_ticket t ON t.id = d.ticket_id WHERE t.subject LIKE 'Compass of %%'"
    until(lambda: town.rows.one(known) == 3, "the tickets to be findable")


def subjects(page: Page) -> Locator:
    return page.locator("#rows .subject")


def find(page: Page) -> None:
    """Words with a slip; the page says that nothing is written just so, and what it has found instead."""
    box = page.get_by_role("combobox", name="Find a ticket")
    press(page, "/")
    expect(box).to_be_focused()
    page.keyboard.type(HALF)
    press(page, "Enter")
    expect(page.locator(".told")).to_contain_text("Nothing is written just so")
    expect(page.locator(".told")).to_contain_text("lighthouse")
    expect(subjects(page)).to_have_count(3)
    expect(box).not_to_be_focused()  # or the next key would be typed into it


def narrow(page: Page) -> None:
    """A field and its value are completed in the box; then a chip is asked."""
    box, offers = page.get_by_role("combobox", name="Find a ticket"), page.get_by_role("listbox", name="What may stand here")
    press(page, "/", "End")
    page.keyboard.insert_text(" sta")  # at once, so that the offers come but once
    choose(page, offers.get_by_role("option", name="status:"))
    expect(box).to_have_value(f"{HALF} status:")
    choose(page, offers.get_by_role("option", name="New"))
    expect(box).to_have_value(f"{HALF} status:new ")
    expect(offers).to_be_hidden()
    press(page, "Enter")
    expect(subjects(page)).to_have_count(2)
    expect(box).not_to_be_focused()

    chip = page.locator("[data-chip=language] .says")
    tab_to(page, chip)
    press(page, "Enter")
    expect(page.locator("#chooser [name=find]")).to_be_focused()
    page.keyboard.type("engl")
    expect(page.locator("#choices [data-stop]")).to_have_text(["English"])
    press(page, "Enter")
    expect(subjects(page)).to_have_text([FOUND])
    expect(box).to_have_value(re.compile("language:en"))
    expect(chip).to_have_text("Language: English")
    expect(chip).to_be_focused()


def choose(page: Page, offer: Locator) -> None:
    """Down to this offer, and take it."""
    expect(offer).to_be_visible()
    for _press in range(10):
        press(page, "ArrowDown")
        if offer.get_attribute("aria-selected") == "true":
            break
    press(page, "Enter")


def lay_out(page: Page) -> None:
    """A column more, second from the left, and another order."""
    heads = page.locator("thead th:not(.c-pick)")
    tab_to(page, page.get_by_role("link", name="Columns"))
    press(page, "Enter")
    opened = page.get_by_role("checkbox", name="Opened", exact=True)
    expect(opened).to_be_visible()
    tab_to(page, opened)
    press(page, "Space", *["Alt+ArrowUp"] * 6)
    expect(page.locator("[data-moved]")).to_have_text("Opened: 2 / 8")
    press(page, "Control+Enter")
    expect(heads.nth(1)).to_have_text("Opened")
    expect(subjects(page)).to_have_text([FOUND])

    by_time = heads.get_by_role("link", name="Opened")
    tab_to(page, by_time)
    press(page, "Enter")
    page.wait_for_url(re.compile("sort=-?created"))
    expect(heads.nth(1)).to_have_attribute("aria-sort", "descending")
    expect(by_time).to_be_focused()
    press(page, "Enter")
    expect(heads.nth(1)).to_have_attribute("aria-sort", "ascending")


def keep_and_share(page: Page) -> None:
    """Kept under a name; then her team may have it, too."""
    rail, title = page.locator("#views-rail"), page.get_by_role("heading", level=1)
    press(page, "v")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type(VIEW)
    press(page, "Control+Enter")
    expect(title).to_have_text(VIEW)
    expect(rail.locator("[aria-current]")).to_contain_text(VIEW)

    tab_to(page, rail.get_by_role("link", name="Views", exact=True))
    press(page, "Enter")
    expect(title).to_have_text("Views")
    tab_to(page, page.get_by_label(f"Change “{VIEW}”"))
    press(page, "Enter")
    expect(title).to_contain_text(VIEW)
    tab_to(page, page.get_by_label("For whom"))
    page.keyboard.type(f"Team: {TEAM}")
    press(page, "Control+Enter")
    expect(page.get_by_role("heading", name=f"Team: {TEAM}")).to_be_visible()

    line = rail.get_by_role("link", name=VIEW)
    expect(line).to_be_visible()
    press(page, "g", line.get_attribute("data-go") or "")
    expect(title).to_have_text(VIEW)
    expect(subjects(page)).to_have_text([FOUND])
    expect(page.locator("thead th").nth(2)).to_have_attribute("aria-sort", "ascending")


def fetch_as_a_file(page: Page) -> None:
    """Made behind her back; the notice leads to it."""
    tab_to(page, page.locator("summary", has_text="Export"))
    press(page, "Enter")
    tab_to(page, page.get_by_role("button", name="Plain text (csv)"))
    press(page, "Enter")
    expect(page.locator(".job")).to_contain_text("ended")
    expect(page.locator("#rail-bell")).to_contain_text("new notice")
    press(page, "g", "n")
    notice = page.get_by_role("button", name="The list that you exported is ready").first
    expect(notice).to_be_visible()
    tab_to(page, notice)
    press(page, "Enter")
    link = page.get_by_role("link", name=re.compile(r"\.csv"))
    expect(link).to_be_visible()
    tab_to(page, link)
    with page.expect_download() as coming:
        press(page, "Enter")
    with Path(coming.value.path()).open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading[1] == "Opened"
    assert [row[heading.index("Subject")] for row in rows] == [FOUND]
