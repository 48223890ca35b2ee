"""A role is made, given, changed in the matrix and dropped: each time with who gains and who loses before it counts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open, Town
from tests.e2e.keyboard import tab_to

pytestmark = pytest.mark.browser

MARKS = "[data-matrix] tbody input"


def focused(page: Page) -> str:
    """What a screen reader calls the mark that has the focus."""
    ids = page.evaluate("() => (document.activeElement.getAttribute('aria-labelledby') ?? '').split(' ')")
    return " × ".join(page.locator(f'[id="{each}"]').inner_text().split("\n")[0] for each in ids)


def test_the_matrix_is_changed_by_keys_alone(town: Town, window: Open) -> None:
    page = window("olga").open("/settings/roles/new/")
    page.get_by_label("Name", exact=True).fill("Acting lead")
    page.get_by_label("See tickets").check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/settings/roles/\d+/"))
    role = page.url

    zoe = town.rows.one("SELECT id FROM staff_user WHERE email = 'zoe@studio.example'")
    page.goto(f"/settings/people/{zoe}/")
    page.get_by_label("Role").select_option(label="Acting lead")
    page.get_by_role("button", name="Give the role").click()
    expect(page.locator(".fate.had")).to_contain_text("Zoe Hart")  # as an agent she sees tickets anyway
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Zoe Hart has the role now")

    page.goto("/settings/roles/")
    tab_to(page, page.locator(MARKS))
    assert focused(page) == "See tickets × Acting lead"
    page.keyboard.press("Tab")
    assert not page.evaluate(f"document.activeElement.matches('{MARKS}')")  # one stop for all marks
    page.keyboard.press("Shift+Tab")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowLeft", "End", "Home"):
        page.keyboard.press(key)
    assert focused(page) == "Write notes for colleagues × Acting lead"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    page.keyboard.press("Control+End")
    page.keyboard.press("Control+Home")
    for _row in range(40):  # how many rights stand between is no matter of this story
        if focused(page) == "Change many tickets at once × Acting lead":
            break
        page.keyboard.press("ArrowDown")
    assert focused(page) == "Change many tickets at once × Acting lead"
    page.keyboard.press("Space")
    expect(page.locator("[data-count]")).to_have_text("Changed marks: 2")
    page.keyboard.press("Enter")  # as in every form: its first button

    expect(page.locator(".noted")).to_contain_text("+ Answer players, Change many tickets at once")
    expect(page.locator(".fates", has_text="Change many tickets at once").locator(".fate.gains")).to_contain_text("Zoe Hart")
    expect(page.locator(".fates", has_text="Answer players").locator(".fate.had")).to_contain_text("Zoe Hart Agent, everywhere")
    tab_to(page, page.locator("button[name=seen]"))
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Saved")
    held = "SELECT array_to_string(rights, ' ') FROM staff_role WHERE name = 'Acting lead'"
    assert town.rows.one(held) == "ticket.view ticket.reply ticket.bulk"

    page.goto(role)
    page.get_by_role("button", name="Drop the role…").click()
    expect(page.locator(".fate.loses")).to_contain_text("Zoe Hart")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("The role is gone")


def test_what_a_colleague_changed_meanwhile_is_told(town: Town, window: Open) -> None:
    one, other = (window("olga").open("/settings/roles/") for _window in range(2))
    for page in (one, other):
        strict = page.locator("thead th", has_text="Strict").get_attribute("id")
        page.locator(f'{MARKS}[aria-labelledby="right-ticket.bulk {strict}"]').check()
        page.get_by_role("button", name="Review").click()
        expect(page.locator(".fate.gains")).to_contain_text("Pavel Orlov")
    one.get_by_role("button", name="Save").click()
    expect(one.locator("#toasts")).to_contain_text("Saved")

    other.get_by_role("button", name="Save").click()
    expect(other.get_by_role("alert")).to_contain_text("Olga Petersen changed a role")
    other.get_by_role("button", name="Back").click()
    other.locator(f'{MARKS}[aria-labelledby="right-ticket.bulk {strict}"]').uncheck()
    other.get_by_role("button", name="Review").click()
    expect(other.locator(".fate.loses")).to_contain_text("Pavel Orlov")
    other.get_by_role("button", name="Save").click()
    expect(other.locator("#toasts")).to_contain_text("Saved")
