"""All tickets of a view changed in a browser: offered with the whole page, followed while it goes on, stopped by keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from helpdesk.base.jobs import running
from helpdesk.base.jobs.models import Job
from tests.factories.desk import make_game, make_ticket
from tests.tickets.desk.test_in_browser import Open, blemishes, chromium, greta, open_page
from tickets.models import Ticket

__all__ = ["chromium", "greta", "open_page"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_all_that_match_are_taken_and_the_queue_shows_how_far_it_is(open_page: Open) -> None:
    game = make_game()
    for _number in range(52):
        make_ticket(game=game)
    page = open_page("/tickets/")
    whole = page.get_by_label("all 52 that match")
    page.locator("input[name=pick]").first.check()
    expect(whole).to_be_hidden()
    page.get_by_label("Pick all on this page").check()
    whole.check()
    for width, height in ((390, 844), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        assert blemishes(page) == []

    page.keyboard.press("b")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog")).to_contain_text("Take: 52 tickets?")
    assert blemishes(page) == []
    page.keyboard.press("Control+Enter")
    job = page.locator(".job")
    expect(job).to_contain_text("0 of 52")
    for width, height in ((390, 844), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        assert blemishes(page) == []

    pause = job.get_by_role("button", name="Pause")
    pause.focus()
    with page.expect_response(lambda answer: "/jobs/" in answer.url):
        pass  # it asks for itself again, and the hand stays where it was
    expect(pause).to_be_focused()
    page.keyboard.press("Enter")
    expect(job).to_contain_text("paused")
    assert running.run_due() == 0
    goes_on = job.get_by_role("button", name="Go on")
    expect(goes_on).to_be_focused()
    page.keyboard.press("Enter")
    expect(job).to_contain_text("waiting its turn")
    assert running.run_due() == 1

    expect(job).to_contain_text("52 of 52")
    expect(job).to_contain_text("Take all of it back")
    assert Ticket.objects.filter(assignee__name="Greta Blum").count() == 52
    assert Job.objects.get().state == "done"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert [url for url in asked if "/jobs/" in url] == []  # it is over
