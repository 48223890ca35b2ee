"""The door: a wrong password, too many of them, and a role that demands a second factor."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open, Town
from tests.live.people import PASSWORD

pytestmark = pytest.mark.browser

TRIES = 6  # wrong passwords for one address within five minutes
STEP = 30  # seconds of one code


def test_a_wrong_password_is_refused_and_too_many_shut_the_door(town: Town, window: Open) -> None:
    zoe = window()
    zoe.expect_trouble("429")
    zoe.open("/accounts/login/")
    for _try in range(TRIES):
        zoe.give_password("zoe", "not that one")
        expect(zoe.page.get_by_role("alert")).to_be_visible()
    zoe.give_password("zoe", PASSWORD)  # the right one comes too late

    expect(zoe.page.locator("body")).to_contain_text(re.compile("too many", re.IGNORECASE))
    zoe.page.goto("/tickets/")
    assert "/accounts/login/" in zoe.page.url
    window("boris")  # others still come in


def test_a_role_that_demands_a_second_factor_opens_nothing_without_it(town: Town, window: Open) -> None:
    pavel = window("pavel")
    page = pavel.open("/tickets/")
    expect(page.locator("body")).to_contain_text("Your role demands a second factor")
    page.get_by_role("link", name="Set up the app").click()
    secret = page.locator("code").inner_text()
    page.get_by_label("code", exact=False).first.fill(code_of(secret))
    page.get_by_role("button", name="Switch it on").click()
    page.wait_for_url(lambda url: "totp/activate" not in url)
    expect(pavel.open("/tickets/").locator("h1")).to_have_text("Queue")

    again = window()
    again.open("/accounts/login/")
    again.give_password("pavel", PASSWORD)
    expect(again.page.locator("h1")).to_have_text("Second factor")
    again.page.goto("/tickets/")
    assert "/second-factor/authenticate/" in again.page.url  # the password alone opens nothing
    again.page.get_by_label("code", exact=False).first.fill(code_of(secret, steps=1))  # each code opens the door once
    again.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(again.page.locator("h1")).to_have_text("Queue")


def code_of(secret: str, *, steps: int = 0) -> str:
    """The six digits an authenticator app shows now, or some steps later (RFC 6238)."""
    counter = int(time.time()) // STEP + steps
    digest = hmac.new(base64.b32decode(secret), counter.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
