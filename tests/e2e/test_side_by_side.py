"""Two people at one ticket, and a player who goes on writing: nobody answers what he has not read, and nothing typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open, Town

pytestmark = pytest.mark.browser

STOP = "something came that you have not seen"


def test_a_reply_stops_when_the_player_has_added_something(town: Town, window: Open) -> None:
    number = town.hand.do("open_one", address="stop@players.example", text="My sword is gone.", name="Bran")
    anna = window("anna")
    page = anna.open(f"/tickets/{number}/")
    page.get_by_label("Reply to the player").fill("Your sword is back.")

    town.hand.do("player_writes", number=number, text="Sorry, it was the shield!")
    page.get_by_role("button", name="Send and set Answered").first.click()
    stop = page.get_by_role("alert").filter(has_text=STOP)
    expect(stop).to_contain_text("Sorry, it was the shield!")
    expect(page.get_by_label("Reply to the player")).to_have_value("Your sword is back.")
    assert town.rows.one("SELECT count(*) FROM tickets_message WHERE kind = 'reply' AND to_address = 'stop@players.example'") == 0

    page.get_by_label("Reply to the player").fill("Your shield is back.")
    page.get_by_role("button", name="Send and set Answered").first.click()
    expect(page.locator("article.msg", has_text="Your shield is back.")).to_contain_text("sent")
    expect(page.locator("#facts")).to_contain_text("Answered")


def test_a_player_who_writes_in_the_undo_window_gets_the_reply_back_to_its_author(town: Town, window: Open) -> None:
    number = town.hand.do("open_one", address="window@players.example", text="When does the event end?", name="Cleo")
    page = window("anna").open(f"/tickets/{number}/")
    page.get_by_label("Reply to the player").fill("On Sunday.")
    page.get_by_role("button", name="Send and set Answered").first.click()
    expect(page.get_by_role("button", name="Call back")).to_be_visible()

    town.hand.do("player_writes", number=number, text="And which time zone?")

    expect(page.locator("article.msg", has_text="The player wrote before it left")).to_be_visible()
    expect(page.get_by_label("Reply to the player")).to_have_value("On Sunday.")  # in the page that stands open
    expect(page.locator("#facts")).to_contain_text("New")
    assert town.rows.one("SELECT count(*) FROM tickets_message WHERE state = 'sent' AND to_address = 'window@players.example'") == 0


def test_two_operators_see_each_other_and_the_second_is_stopped(town: Town, window: Open) -> None:
    number = town.hand.do("open_one", address="both@players.example", text="I am banned. Why?", name="Dario")
    anna, boris = window("anna"), window("boris")
    his, hers = boris.open(f"/tickets/{number}/"), anna.open(f"/tickets/{number}/")
    his.get_by_label("Reply to the player").fill("We look into the ban.")
    expect(hers.locator("#looking")).to_contain_text("Boris Lindqvist is writing")
    expect(his.locator("#looking")).to_contain_text("Anna Krylova is reading")

    hers.get_by_label("Reply to the player").fill("The ban is lifted.")
    his.get_by_role("button", name="Send and set Answered").first.click()
    expect(his.get_by_role("button", name="Call back")).to_be_visible()
    hers.get_by_role("button", name="Send and set Answered").first.click()

    expect(hers.get_by_role("alert").filter(has_text=STOP)).to_contain_text("We look into the ban.")
    expect(hers.get_by_label("Reply to the player")).to_have_value("The ban is lifted.")
    expect(his.locator("article.msg", has_text="We look into the ban.")).to_contain_text("sent")
    assert town.rows.one("SELECT count(*) FROM tickets_message WHERE kind = 'reply' AND to_address = 'both@players.example'") == 1


def test_silence_resolves_an_answered_ticket_before_the_operators_eyes(town: Town, window: Open) -> None:
    number = town.hand.do("open_one", address="silent@players.example", text="Thanks in advance", name="Elin", game="tidewater")
    town.hand.do("write_reply", number=number, text="There you are.")
    page = window("anna").open(f"/tickets/{number}/")
    expect(page.locator("#facts")).to_contain_text("Answered")

    town.hand.do("make_due", number=number)

    expect(page.locator("#facts")).to_contain_text("Resolved")
    assert town.rows.one("SELECT due_at > now() + interval '23 hours' FROM tickets_timer WHERE kind = 'surveys.invite' ORDER BY id DESC")
