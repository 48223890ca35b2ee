"""A hand that has no mouse."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

FAR = 120  # presses of Tab; what is further away is not reached by anybody


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, wanted: Locator) -> None:
    """Go on with Tab until this, or one of these, has the focus; everything on the way has its turn."""
    wanted.first.wait_for()
    for _press in range(FAR):
        if wanted.evaluate_all("all => all.includes(document.activeElement)"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {wanted}")
