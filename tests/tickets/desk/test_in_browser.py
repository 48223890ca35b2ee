"""The desk in a real browser: by keys alone, on a phone too, light and dark, with nothing a policy or a screen reader stumbles over."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from helpdesk.staff.models import User
from helpdesk.staff.rights import registered
from tests.factories.desk import make_game, make_player, make_ticket, player_writes
from tests.factories.staff import somebody
from tests.live.waiting import until
from tickets.actors import operator
from tickets.models import Draft, Message, Ticket
from tickets.services.assign import assign
from tickets.services.drafts import save_draft
from tickets.services.reply import OutgoingMessage, add_note, send_reply

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[[str], Page]
# Chromium and htmx note in the console what the page itself tells in words
UNSAID = (
    *("net::ERR_", "htmx:afterRequest", "htmx:sendError"),
    *("status of 403", "Code 403", "status of 409", "status of 422", "status of 503"),
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Playwright keeps an event loop in this thread, in which Django would refuse to touch the database."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    program = shutil.which("chromium")
    assert program, "There is no chromium on this machine; `make packages` says how it comes."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def greta(chromium: Browser) -> User:
    return somebody(*registered(), name="Greta Blum")


@pytest.fixture
def open_page(chromium: Browser, live_server: LiveServer, greta: User) -> Iterator[Open]:
    """Open a page as Greta. What its console complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(path: str) -> Page:
        client = Client()
        client.force_login(greta)
        context = chromium.new_context(viewport={"width": 1280, "height": 800})
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    until(lambda: not any("process_request" in thread.name for thread in threading.enumerate()), "the server to have answered all")
    assert [said for said in complaints if not any(known in said for known in UNSAID)] == []


@pytest.fixture
def ticket(greta: User) -> Ticket:
    """A conversation with a bit of everything."""
    found = make_ticket("Where is my sword?", subject="Sword", game=make_game(), player=make_player("Yara"))
    add_note(found, "She is a **streamer**.", by=operator(greta))
    send_reply(found, OutgoingMessage("We look into it."), by=operator(greta))
    player_writes(found, "Any news?")
    return found


def blemishes(page: Page) -> list[str]:
    """What axe finds and calls serious or worse."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in {"serious", "critical"}]


@pytest.mark.parametrize("place", ["queue", "ticket", "status", "start", "empty"])
def test_nothing_stands_in_the_way_of_anybody(open_page: Open, ticket: Ticket, greta: User, place: str) -> None:
    long = make_ticket(subject="The sword of a name as long as the way to the last of the nine forges under the mountain")
    save_draft(long, author=greta, kind=Draft.Kind.REPLY, text="Half a thought")
    paths = {"queue": "/tickets/", "start": "/tickets/new/", "empty": "/tickets/?status=closed"}
    page = open_page(paths.get(place, f"/tickets/{ticket.number}/"))
    if place in {"ticket", "status"}:
        expect(page.locator("#card")).to_contain_text("Yara")
    if place == "status":
        page.locator("#facts [data-key=s]").click()
        expect(page.locator("#dialog")).to_be_visible()

    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            assert blemishes(page) == [], f"{place} at {width} pixels, {theme}"


def test_a_ticket_is_answered_by_keys_alone(open_page: Open, ticket: Ticket) -> None:
    page = open_page("/tickets/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Sword")
    page.wait_for_load_state("load")

    page.keyboard.press("r")
    page.keyboard.type("Found it!")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    page.keyboard.press("Control+Enter")
    expect(page.locator("article.msg", has_text="Found it!")).to_contain_text("leaves in")
    page.wait_for_timeout(300)

    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page.locator("textarea")).to_have_value("Found it!")
    expect(page.locator("textarea")).to_be_focused()
    assert Message.objects.get(ticket=ticket, text="Found it!").state == "withdrawn"

    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.get_by_label("Note to staff")).to_be_focused()
    page.keyboard.type("By keys")
    page.keyboard.press("Control+Enter")
    expect(page.locator("article.note", has_text="By keys")).to_be_visible()
    page.wait_for_timeout(300)  # no hand is quicker than htmx after a swap; until then a link would open its own page

    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.locator("#dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_the_keys_work_on_a_cyrillic_layout(open_page: Open, ticket: Ticket) -> None:
    page = open_page(f"/tickets/{ticket.number}/")

    page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'к', code: 'KeyR', bubbles: true}))")

    expect(page.get_by_label("Reply to the player")).to_be_focused()


def test_single_keys_can_be_switched_off(open_page: Open, ticket: Ticket) -> None:
    page = open_page(f"/tickets/{ticket.number}/")
    page.keyboard.press("?")
    page.locator("[data-keys-toggle]").uncheck()
    page.keyboard.press("Escape")

    page.keyboard.press("r")

    expect(page.get_by_label("Reply to the player")).not_to_be_focused()


def test_what_came_meanwhile_stops_the_reply_and_keeps_the_words(open_page: Open, ticket: Ticket) -> None:
    page = open_page(f"/tickets/{ticket.number}/")
    page.get_by_label("Reply to the player").fill("It is gone for good.")
    player_writes(ticket, "I have found it myself!")

    page.keyboard.press("Control+Enter")

    expect(page.locator("#composer [role=alert]")).to_contain_text("I have found it myself!")
    expect(page.get_by_label("Reply to the player")).to_have_value("It is gone for good.")
    assert not Message.objects.filter(ticket=ticket, text="It is gone for good.").exists()


def test_without_a_connection_the_words_stay_and_are_saved_later(open_page: Open, ticket: Ticket, greta: User) -> None:
    page = open_page(f"/tickets/{ticket.number}/")
    page.route("**/draft/", lambda route: route.fulfill(status=503))
    text = page.get_by_label("Reply to the player")
    text.fill("Half a thought")
    expect(page.locator("[data-saved]")).to_have_text("Not saved yet")
    expect(page.locator(".toast")).to_contain_text("Nothing you typed is lost")

    page.unroute("**/draft/")

    expect(page.locator("[data-saved]")).to_contain_text("Saved", timeout=10_000)
    expect(text).to_have_value("Half a thought")
    assert Draft.objects.get(ticket=ticket, author=greta).text == "Half a thought"


def test_what_is_typed_while_the_tab_changes_goes_along(open_page: Open, ticket: Ticket, greta: User) -> None:
    page = open_page(f"/tickets/{ticket.number}/")
    page.get_by_label("Reply to the player").fill("To the player.")
    page.keyboard.press("Escape")
    held = hold(page, "**/draft/?open=note*")

    page.keyboard.press("n")
    page.keyboard.type("For us")
    page.keyboard.press("Control+Enter")  # nothing leaves while it is open which of the two it would be
    page.wait_for_timeout(200)
    let_go(page, held)

    note = page.get_by_label("Note to staff")
    expect(note).to_have_value("For us")
    expect(note).to_be_focused()
    page.keyboard.type(" alone.")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    drafts = dict(Draft.objects.filter(ticket=ticket, author=greta).values_list("kind", "text"))
    assert drafts == {"reply": "To the player.", "note": "For us alone."}


def test_the_tab_that_is_open_asks_for_nothing(open_page: Open, ticket: Ticket) -> None:
    page = open_page(f"/tickets/{ticket.number}/")
    text = page.get_by_label("Reply to the player")
    text.fill("A thought")
    asked = hold(page, "**/draft/?open=*")

    page.get_by_role("tab", name="Reply").click()
    page.keyboard.type(" and its end")

    expect(text).to_be_focused()
    expect(text).to_have_value("A thought and its end")
    assert asked == []


def test_what_is_typed_while_the_ticket_is_drawn_anew_stays(open_page: Open, ticket: Ticket, greta: User) -> None:
    assign(ticket, to=None, by=operator(greta))  # by answering she has it
    page = open_page(f"/tickets/{ticket.number}/")
    text = page.get_by_label("Reply to the player")
    text.fill("Saved long ago")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    held = hold(page, "**/take/*")

    page.get_by_role("button", name="Take it").click()
    text.press_sequentially(", this not yet")
    let_go(page, held)

    expect(page.locator("#facts")).to_contain_text("Greta Blum")
    expect(text).to_have_value("Saved long ago, this not yet")
    expect(text).to_be_focused()


def test_what_is_typed_after_sending_is_the_next_reply(open_page: Open, ticket: Ticket) -> None:
    page = open_page(f"/tickets/{ticket.number}/")
    text = page.get_by_label("Reply to the player")
    text.fill("Found it!")
    held = hold(page, "**/reply/*")

    page.keyboard.press("Control+Enter")
    text.press_sequentially(" And the shield")
    let_go(page, held)

    expect(page.locator("article.msg", has_text="Found it!")).to_be_visible()
    expect(text).to_have_value("And the shield")
    assert Message.objects.filter(ticket=ticket, text="Found it!").exists()


def test_a_note_typed_on_never_slips_into_the_reply(open_page: Open, ticket: Ticket, greta: User) -> None:
    page = open_page(f"/tickets/{ticket.number}/")
    page.keyboard.press("n")
    note = page.get_by_label("Note to staff")
    note.fill("Looks like fraud.")
    held = hold(page, "**/note/*")

    page.keyboard.press("Control+Enter")
    note.press_sequentially(" Ask billing")
    let_go(page, held)

    expect(page.locator("article.note", has_text="Looks like fraud.")).to_be_visible()
    expect(page.locator(".toast")).to_contain_text("is kept in your draft")
    expect(page.locator("#composer textarea")).to_have_value("")
    assert Draft.objects.get(ticket=ticket, author=greta, kind="note").text == "Ask billing"


def test_a_session_that_ended_leaves_the_words_until_somebody_signs_in_again(
    open_page: Open, ticket: Ticket, greta: User, live_server: LiveServer
) -> None:
    page = open_page(f"/tickets/{ticket.number}/")
    text = page.get_by_label("Reply to the player")
    text.fill("A long thought")
    page.context.add_cookies([{"name": "sessionid", "value": "ended", "url": live_server.url}])

    page.get_by_role("tab", name="Note").click()

    expect(page.locator(".toast").first).to_contain_text("what you typed stays here")
    expect(text).to_have_value("A long thought")
    expect(page.locator("#composer [data-main]")).to_be_enabled()

    client = Client()
    client.force_login(greta)  # in another tab, which brings another token too
    again = {"sessionid": client.cookies["sessionid"].value, "csrftoken": "n" * 32}
    page.context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in again.items()])
    expect(page.locator("[data-saved]")).to_contain_text("Saved", timeout=15_000)
    assert Draft.objects.get(ticket=ticket, author=greta).text == "A long thought"


def hold(page: Page, address: str) -> list[Route]:
    """Requests to this address wait until the test lets them go, as on a slow line."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route))  # noqa: PLW0108 - Playwright wants a function of ours
    return held


def let_go(page: Page, held: list[Route]) -> None:
    for _ in range(100):
        if held:
            return held.pop().continue_()
        page.wait_for_timeout(50)
    focus = page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    pytest.fail(f"nothing was sent from {page.url}; the focus is in {focus}; {page.locator('#composer').inner_html()}")


def test_a_message_that_comes_in_is_drawn_without_a_reload(open_page: Open, ticket: Ticket) -> None:
    page = open_page(f"/tickets/{ticket.number}/")
    expect(page.locator("#card")).to_contain_text("Yara")
    page.get_by_label("Reply to the player").fill("I am typing")

    player_writes(ticket, "And one more thing")

    expect(page.locator("#entries")).to_contain_text("And one more thing", timeout=12_000)
    expect(page.get_by_label("Reply to the player")).to_have_value("I am typing")


def test_the_look_is_chosen_at_once_and_kept(open_page: Open, greta: User) -> None:
    page = open_page("/tickets/")
    page.locator(".me-menu summary").click()

    page.get_by_role("button", name="Dark").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.wait_for_timeout(400)
    greta.refresh_from_db()
    assert greta.theme == "dark"
