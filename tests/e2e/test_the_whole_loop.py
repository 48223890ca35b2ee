"""The main job as one story: Ada writes, Anna answers, Ada answers back, the matter is resolved, Ada rates it."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.e2e.conftest import Open, Town
from tests.live.window import Window

pytestmark = pytest.mark.browser

ADA = "ada@players.example"
SUBJECT = "Пропали кристаллы"
QUESTION = "Здравствуйте! После обновления пропали 500 кристаллов. Мой ник — Ада_7, сервер «Север»."
NOTE = "Payment 4711 went through; the crystals were never granted."
ANSWER = "Hello Ada,\n\nwe have given the **500 crystals** back. Please restart the game."
SECOND_THOUGHT = "It may take a minute."
THANKS = "Спасибо, всё на месте! Но одна награда всё ещё серая."


def test_from_the_players_first_mail_to_her_rating(town: Town, window: Open) -> None:
    ada, anna = window(), window("anna")

    number = write_as_a_player(ada, anna)
    read_and_note(anna)
    answer_with_second_thoughts(anna)
    receive_the_letter_and_answer_it(ada, anna)
    resolve(anna)
    rate(ada, anna, town)

    kinds = town.rows.all(
        "SELECT DISTINCT kind FROM tickets_event e JOIN tickets_ticket t ON t.id = e.ticket_id WHERE t.number = %s", number
    )
    assert {"ticket.opened", "message.received", "message.noted", "message.withdrawn", "message.sent", "survey.answered"} <= {
        kind for (kind,) in kinds
    }


def write_as_a_player(ada: Window, anna: Window) -> str:
    """Ada's mail becomes a ticket in the queue; its number."""
    page = ada.open("/mailbox/write/")
    page.get_by_label("Your name").fill("Ада Лавлейс")
    page.get_by_label("Your address").fill(ADA)
    page.get_by_label("To", exact=True).select_option("support@emberfall.example")
    page.get_by_label("Subject").fill(SUBJECT)
    page.get_by_label("Message", exact=True).fill(QUESTION)
    page.get_by_label("Files").set_input_files(
        [picture("скриншот.png"), FilePayload(name="log.txt", mimeType="text/plain", buffer=b"E4711")]
    )
    page.get_by_role("button", name="Send to the desk").click()
    expect(page.locator("#toasts")).to_contain_text("The desk has this mail")

    row = anna.reload_until(lambda page: page.locator("#rows tr", has_text=SUBJECT), "Ada's ticket in the queue")
    expect(row).to_contain_text("Ада Лавлейс")
    expect(row).to_contain_text("New")
    row.get_by_role("link").click()
    expect(anna.page.locator("h1")).to_have_text(SUBJECT)
    found = re.search(r"/tickets/([A-Z0-9-]+)/", anna.page.url)
    assert found is not None
    return found[1]


def read_and_note(anna: Window) -> None:
    """Anna reads Ada's words, sees her files and her card, and leaves a note for colleagues."""
    page = anna.page
    mail = page.locator("article.msg").first
    expect(mail).to_contain_text(QUESTION)
    expect(mail).to_contain_text("log.txt")
    shot = mail.locator("img").first
    expect(shot).to_be_visible()
    assert shot.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(page.locator("#card")).to_contain_text(ADA)

    page.get_by_role("tab", name="Note").click()
    text = page.get_by_label("Note to staff")
    text.fill(NOTE)
    text.press("Control+Enter")
    expect(page.locator("article.msg", has_text=NOTE)).to_contain_text("note to staff")


def answer_with_second_thoughts(anna: Window) -> None:
    """The draft outlives a reload; the reply is called back once and then leaves."""
    page = anna.page
    expect(page.get_by_role("tab", name="Reply")).to_have_attribute("aria-selected", "true")  # the note has gone, so a reply is next
    text = page.get_by_label("Reply to the player")
    text.fill(ANSWER)
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    page.reload()
    expect(text).to_have_value(ANSWER)

    page.get_by_role("button", name="Send and set Answered").first.click()
    page.get_by_role("button", name="Call back").click()
    expect(text).to_have_value(ANSWER)
    expect(page.locator("article.msg", has_text="called back")).to_be_visible()

    text.fill(f"{ANSWER} {SECOND_THOUGHT}")
    page.get_by_role("button", name="Send and set Answered").first.click()
    expect(text).to_have_value("")
    expect(is_sent(page, SECOND_THOUGHT)).to_be_visible()
    expect(page.locator("#facts")).to_contain_text("Answered")


def receive_the_letter_and_answer_it(ada: Window, anna: Window) -> None:
    """Ada has one branded mail without the note in it, answers it, and the ticket comes back by itself."""
    page = ada.open(f"/mailbox/?to={ADA}")
    letters = page.locator("section.mails li.in")
    ada.reload_until(lambda page: page.locator("section.mails li.in"), "the letter")
    expect(letters).to_have_count(1)
    letters.get_by_role("link").click()
    letter = page.frame_locator("iframe[data-letter]")
    expect(letter.locator("body")).to_contain_text("500 crystals")
    expect(letter.locator("strong", has_text="500 crystals")).to_have_count(1)
    expect(letter.locator("body")).to_contain_text("Emberfall")
    assert NOTE not in letter.locator("body").inner_text()
    assert NOTE not in page.content()

    page.get_by_label(f"Answer as {ADA}").fill(THANKS)
    page.get_by_role("button", name="Send as the player").click()
    expect(page.locator("#toasts")).to_contain_text("The desk has this mail")

    expect(anna.page.locator("article.msg", has_text=THANKS)).to_be_visible()  # nobody has reloaded her page
    expect(anna.page.locator("#facts")).to_contain_text("Waiting")
    fold = anna.page.locator("article.msg", has_text=THANKS).locator("details.fold", has_text="quoted text")
    expect(fold).to_have_count(1)
    anna.open("/tickets/")
    row = anna.page.locator("#rows tr", has_text=SUBJECT)
    expect(row).to_contain_text("Waiting")
    row.get_by_role("link").click()


def resolve(anna: Window) -> None:
    """A reply that resolves the ticket when it has left."""
    page = anna.page
    page.get_by_label("Reply to the player").fill("The reward is yours now, too. Have fun!")
    page.get_by_label("Other ways to send").click()
    page.get_by_role("button", name="Send and resolve").click()
    expect(page.locator("article.msg", has_text="The reward is yours")).to_contain_text("the ticket becomes")
    expect(is_sent(page, "The reward is yours")).to_be_visible()
    expect(page.locator("#facts")).to_contain_text("Resolved")


def rate(ada: Window, anna: Window, town: Town) -> None:
    """The survey comes by its timer; looking at its link rates nothing, Ada does; Anna sees what she said."""
    ada.open(f"/mailbox/?to={ADA}")
    invitation = ada.reload_until(lambda page: page.locator("section.mails li.in").nth(2), "the survey's invitation")
    expect(invitation).to_be_visible()
    ada.page.locator("section.mails li.in").first.get_by_role("link").click()
    mark = ada.page.frame_locator("iframe[data-letter]").get_by_role("link", name="5")
    link = mark.first.get_attribute("href")
    assert link is not None
    scored = "SELECT count(*) FROM surveys_survey s JOIN tickets_ticket t ON t.id = s.ticket_id WHERE score IS NOT NULL AND t.subject = %s"
    page = ada.page
    page.goto(link)
    assert town.rows.one(scored, SUBJECT) == 0

    expect(page.locator("input[name=score][value='5']")).to_be_checked()
    page.locator("#comment").fill("Быстро и по-человечески")
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert town.rows.one(scored, SUBJECT) == 1

    anna.page.reload()
    expect(anna.page.locator("#player-card .rated")).to_contain_text("★5")
    expect(anna.page.locator("#player-card .rated")).to_contain_text("Быстро и по-человечески")


def is_sent(page: Page, words: str) -> Locator:
    """The word “sent” beside the reply with these words."""
    return page.locator("article.msg", has_text=words).locator("header .state", has_text=re.compile(r"^\s*sent\s*$"))


def picture(name: str) -> FilePayload:
    file = io.BytesIO()
    Image.new("RGB", (320, 200), "#8a2f14").save(file, "PNG")
    return FilePayload(name=name, mimeType="image/png", buffer=file.getvalue())
