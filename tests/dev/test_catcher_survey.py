"""The players' mailbox lets a newcomer see a survey at once."""

from __future__ import annotations

from helpdesk.dev.catcher.door import Handed
from helpdesk.dev.catcher.pages import Pages
from tests.dev.test_catcher import Browser, caught, desk, letter_to, store  # noqa: F401 - two of them fixtures


def test_a_newcomer_sees_the_survey_of_a_ticket_at_once(store, desk):  # noqa: F811
    asked: list[str] = []
    answers = [Handed(True), Handed(False, "The player has been asked already.")]

    def hurry(message_id: str) -> Handed:
        asked.append(message_id)
        return answers[len(asked) - 1]

    browser = Browser(Pages(store, desk_url="http://127.0.0.1:8000", hand=desk.hand, hurry=hurry))
    key = caught(store, letter_to())

    assert "Resolve and ask for a rating now" in browser.text(f"/mails/{key}")
    gone = browser.post(f"/mails/{key}/survey", {})
    refused = browser.post(f"/mails/{key}/survey", {})

    assert (gone.status_code, gone["Location"]) == (303, f"/mails/{key}?asked=1")
    assert "asked for a rating" in browser.text(f"/mails/{key}?asked=1")
    assert (refused.status_code, "The player has been asked already." in refused.content.decode()) == (422, True)
    assert asked == ["<second@emberfall.example>"] * 2
