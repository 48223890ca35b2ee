"""Who is here, and who may write: stepping away by the menu, and a player who is blocked, freed, and heard after all."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open, Town
from tests.live.waiting import until

pytestmark = pytest.mark.browser


def test_a_colleague_steps_away_and_whoever_gives_her_a_ticket_sees_it(town: Town, window: Open) -> None:
    number = town.hand.do("open_one", address="away@players.example", text="My sword is gone.", name="Bran")
    hers = window("ida").open("/tickets/")
    hers.locator(".me-menu > summary").click()
    hers.get_by_role("button", name="for an hour").click()
    back = hers.get_by_role("button", name="You are away. Press when you are here again.")
    expect(back).to_be_visible()

    his = window("boris").open(f"/tickets/{number}/")
    his.locator("#facts a.who-has").click()
    menu = his.get_by_label("With")
    menu.select_option(menu.locator("option", has_text="Ida Falk (away until").get_attribute("value"))
    his.get_by_role("button", name="Save").click()
    expect(his.locator("#toasts")).to_contain_text("Ida Falk is away until")
    expect(his.locator("#holder")).to_contain_text("away until", timeout=15_000)

    back.click()
    expect(back).to_have_count(0)
    his.reload()
    expect(his.locator("#facts a.who-has")).to_have_text(re.compile(r"Ida Falk\s*$"))


def test_a_player_is_blocked_freed_and_heard_after_all(town: Town, window: Open) -> None:
    number = town.hand.do("blocked", address="rude@players.example", name="Rude Player")
    page = window("olga").open(f"/tickets/{number}/")
    card = page.locator("#block")
    until(
        lambda: town.rows.one("SELECT count(*) FROM mail_rawmail WHERE set_aside_id IS NOT NULL AND parked_at IS NOT NULL"), "it is aside"
    )
    expect(page.locator("#facts")).to_contain_text("player blocked")
    page.reload()
    expect(card).to_contain_text("1 message was set aside")

    card.get_by_role("button", name="Lift the block").click()
    expect(page.locator("#facts")).not_to_contain_text("player blocked")
    card.get_by_role("button", name="Bring them in").click()
    expect(page.locator("#toasts")).to_contain_text("1 message comes in now")
    opened = "SELECT count(*) FROM tickets_ticket WHERE subject = 'And another thing'"
    until(lambda: town.rows.one(opened), "its ticket to be opened")

    card.get_by_role("link", name="Block…").click()
    page.get_by_label("1 week").check()
    page.get_by_role("textbox", name="Why").fill("Began anew")
    page.locator("#dialog").get_by_role("button", name="Block").click()
    expect(card).to_contain_text("Began anew")
    expect(page.locator("#dialog")).not_to_be_visible()
