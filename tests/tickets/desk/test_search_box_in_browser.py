"""The search box by keys alone, on a phone too: what is offered, what is told, and what a screen reader hears."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories.desk import make_ticket
from tests.tickets.desk.test_in_browser import Open, blemishes, chromium, greta, open_page  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_search_is_typed_with_the_arrows_and_enter(open_page: Open) -> None:  # noqa: F811
    make_ticket(subject="Lost sword")
    make_ticket(subject="Lost shield", language="de")
    page = open_page("/tickets/")
    box, offers = page.get_by_role("combobox"), page.get_by_role("listbox", name="What may stand here")

    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("\N{GRINNING FACE}lost lan", delay=5)
    expect(offers).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "offer-1")
    expect(offers.get_by_role("option", selected=True)).to_contain_text("lang:")
    page.keyboard.press("Enter")
    expect(box).to_have_value("\N{GRINNING FACE}lost lang:")
    expect(offers.get_by_role("option").first).to_contain_text("Deutsch")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("\N{GRINNING FACE}lost lang:de ")
    expect(offers).to_be_hidden()
    page.keyboard.press("Home")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")

    expect(page.locator("#rows .subject")).to_have_text(["Lost shield"])
    expect(box).to_have_value("lost lang:de")


def test_enter_alone_searches_what_was_typed_and_escape_takes_the_offers_away(open_page: Open) -> None:  # noqa: F811
    make_ticket(subject="A star")
    page = open_page("/tickets/")
    box, offers = page.get_by_role("combobox"), page.get_by_role("listbox", name="What may stand here")

    box.click()
    page.keyboard.press("ArrowDown")
    expect(offers.get_by_role("option")).to_have_count(10)
    page.keyboard.press("Escape")
    expect(offers).to_be_hidden()
    expect(box).to_be_focused()
    page.keyboard.type("sta", delay=5)
    expect(offers).to_be_visible()
    page.keyboard.press("Enter")

    page.wait_for_url("**q=sta*")
    expect(page.locator("#rows .subject")).to_have_text(["A star"])
    box.click()
    page.keyboard.press("ArrowDown")
    offers.get_by_text("status:").click()
    expect(box).to_have_value("status:")
    expect(box).to_be_focused()


def test_nothing_of_it_stands_in_the_way_of_anybody(open_page: Open) -> None:  # noqa: F811
    page = open_page("/tickets/?status=all&q=lost+staus:new+(sword+created:2026-02-30")
    expect(page.get_by_role("combobox")).to_have_accessible_description(
        "staus:new There is no field “staus”. Did you mean “status”? ( This bracket is never closed. "
        "created:2026-02-30 “Opened” cannot be “2026-02-30”."
    )
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_role("combobox").fill("status:")
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("option").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            assert blemishes(page) == [], f"at {width} pixels, {theme}"
        page.keyboard.press("Escape")
