"""A ticket answered without a mouse, and a focus that can always be seen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, Town

pytestmark = pytest.mark.browser

STOPS = 15  # presses of Tab on each page
SEEN = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "";
  const look = getComputedStyle(one), around = getComputedStyle(one.closest("label, .field, td, tr") ?? one);
  const box = one.getBoundingClientRect();
  const drawn = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  const name = `${one.tagName} ${one.getAttribute("aria-label") ?? one.textContent.trim().slice(0, 40) ?? ""}`;
  if (!drawn(look) && !drawn(around)) return `${name}: nothing shows that it has the focus`;
  if (box.width === 0 || box.height === 0) return `${name}: it has the focus and cannot be seen`;
  return "";
}"""


def test_from_the_queue_to_the_sent_reply_by_keys_alone(town: Town, window: Open) -> None:
    number = town.hand.do(
        "open_one", address="keys@players.example", text="The lift is stuck.", subject="By keys", name="Finn", hours_ago=900
    )
    page = window("boris").open("/tickets/")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next, previous row")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    rows = page.locator("#rows tr")
    expect(rows.first).to_contain_text("By keys")  # he waits the longest
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(rows.first).to_have_attribute("aria-current", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(number))

    page.keyboard.press("r")
    expect(page.get_by_label("Reply to the player")).to_be_focused()
    page.keyboard.type("We send a mechanic. Best, Jan & Kim")  # letters that are keys elsewhere
    page.keyboard.press("Control+Enter")

    expect(page.locator("article.msg", has_text="We send a mechanic.")).to_contain_text("sent")
    expect(page.locator("#facts")).to_contain_text("Answered")


@pytest.mark.parametrize("dark", [False, True])
def test_the_focus_is_always_seen(town: Town, window: Open, dark: bool) -> None:
    number = town.hand.do("open_one", address="focus@players.example", text="Where am I?", name="Gus")
    anna = window("anna", dark=dark)

    hidden = [f"{path} {line}" for path in ("/tickets/", f"/tickets/{number}/", "/account/") for line in hidden_stops(anna.open(path))]

    assert hidden == []


def hidden_stops(page: Page) -> list[str]:
    """Where the focus stops without being seen."""
    page.locator("body").focus()
    found = []
    for _press in range(STOPS):
        page.keyboard.press("Tab")
        if trouble := page.evaluate(SEEN):
            found.append(trouble)
    return found
