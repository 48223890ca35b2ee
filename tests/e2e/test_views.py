"""A view from the search box to a colleague's desk, by keys alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open, Town
from tests.e2e.keyboard import press, tab_to

pytestmark = pytest.mark.browser


def test_narrowed_saved_opened_shared_and_seen_by_a_colleague(town: Town, window: Open) -> None:
    town.hand.do("open_one", address="wren@players.example", text="My griffin is gone.", subject="Griffin gone", name="Wren")
    town.hand.do("open_one", address="otto@players.example", text="My helmet is gone.", subject="Helmet gone", name="Otto")
    page = window("olga").open("/tickets/")
    rail, rows = page.locator("#views-rail"), page.locator("#rows")

    press(page, "/")
    page.keyboard.type("griffin")
    press(page, "Enter")
    page.wait_for_url(re.compile("q=griffin"))
    press(page, "v")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("Griffins g 1")  # letters that are keys elsewhere
    press(page, "Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Griffins g 1")
    expect(rail.locator("[aria-current]")).to_contain_text("Griffins g 1")
    expect(rail.locator("[aria-current] .n")).to_have_text("1")

    page.goto(f"{town.desk}/tickets/")
    expect(rows).to_contain_text("Helmet gone")
    key = rail.locator("[data-go]", has_text="Griffins g 1").get_attribute("data-go")  # other stories keep views too
    press(page, "g", key or "")
    expect(page.get_by_role("heading", level=1)).to_have_text("Griffins g 1")
    expect(rows).to_contain_text("Griffin gone")
    expect(rows).not_to_contain_text("Helmet gone")

    press(page, "/", "End")
    page.keyboard.type(" OR helmet")
    press(page, "Enter")
    bar = page.locator(".view-bar")
    expect(bar).to_contain_text("changed")
    to_button = bar.get_by_role("button", name="Save", exact=True)
    to_button.focus()
    press(page, "Enter")
    expect(bar).to_have_count(0)
    expect(rows).to_contain_text("Helmet gone")

    page.goto(f"{town.desk}/tickets/views/")
    page.get_by_label("Change “Griffins g 1”").focus()
    press(page, "Enter")
    tab_to(page, page.get_by_label("For whom", exact=True))
    page.keyboard.type("Everybody")
    press(page, "Control+Enter")
    expect(page.get_by_role("heading", name="Everybody's")).to_be_visible()
    link = page.get_by_role("main").get_by_role("link", name="Griffins g 1", exact=True).get_attribute("href") or ""

    boris = window("boris").open(link)
    expect(boris.get_by_role("heading", level=1)).to_have_text("Griffins g 1")
    expect(boris.locator("#rows")).to_contain_text("Griffin gone")
    expect(boris.locator("#views-rail")).to_contain_text("Griffins g 1")


def test_views_are_put_in_order_and_deleted_and_taken_back_by_keys(town: Town, window: Open) -> None:
    for name in ("Alder", "Birch", "Cedar"):
        town.hand.do("view", name=name, by="ida")
    page = window("ida").open("/tickets/views/")
    mine = page.locator("#views section").first.locator(".main-link")

    page.get_by_label("“Alder” down").focus()
    press(page, "Enter")
    expect(mine).to_have_text(["Birch", "Alder", "Cedar"])
    expect(page.get_by_label("“Alder” down")).to_be_focused()  # so that it can be pressed again
    press(page, "Enter")
    expect(mine).to_have_text(["Birch", "Cedar", "Alder"])

    page.get_by_label("Delete “Cedar”").focus()
    press(page, "Enter")
    expect(mine).to_have_text(["Birch", "Alder"])
    page.get_by_role("button", name="Take back").focus()
    press(page, "Enter")
    expect(mine).to_have_text(["Birch", "Cedar", "Alder"])


def test_a_folder_stays_as_it_was_left(town: Town, window: Open) -> None:
    town.hand.do("view", name="Dogwood", by="anna", folder="Trees")
    page = window("anna").open("/tickets/")
    folder = page.locator("#views-rail [data-folder=Trees]")

    expect(folder.get_by_text("Dogwood")).to_be_visible()
    folder.locator("summary").focus()
    press(page, "Enter")
    page.goto(f"{town.desk}/tickets/views/")

    expect(folder).to_be_attached()
    expect(folder.get_by_text("Dogwood")).to_be_hidden()
