"""The composer in Chromium: lost answers, two tabs, what comes back, what is pasted, and a sign-in in another tab."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import Dialog, Route, expect
from pytest_django.live_server_helper import LiveServer

from helpdesk.base import clock
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.factories.desk import player_writes
from tests.factories.staff import somebody
from tests.tickets.desk.test_in_browser import Open, chromium, greta, open_page, ticket  # noqa: F401 - fixtures
from tickets.actors import operator
from tickets.events.of_messages import MessageWritten
from tickets.models import Attachment, Draft, Event, Message, Ticket
from tickets.services import outbox
from tickets.services.assign import assign

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASTE = """([name, type]) => {
    const files = new DataTransfer();
    files.items.add(new File([Uint8Array.from(atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="), (c) => c.charCodeAt(0))], name, { type }));
    document.querySelector("#composer textarea").dispatchEvent(new ClipboardEvent("paste", { clipboardData: files, bubbles: true, cancelable: true }));
}"""  # noqa: E501


def replies(ticket: Ticket) -> int:  # noqa: F811
    return Message.objects.filter(ticket=ticket, kind="reply").count()


def test_an_answer_lost_on_the_wire_sends_nothing_twice(open_page: Open, ticket: Ticket) -> None:  # noqa: F811
    page = open_page(f"/tickets/{ticket.number}/")
    before = replies(ticket)
    page.get_by_label("Reply to the player").fill("Found it!")

    def swallow(route: Route) -> None:
        route.fetch()  # it arrives; its answer does not
        route.abort()

    page.route("**/reply/*", swallow, times=1)
    page.keyboard.press("Control+Enter")

    expect(page.locator("article.msg", has_text="Found it!")).to_be_visible(timeout=15_000)  # the page asks and learns that it was sent
    expect(page.get_by_label("Reply to the player")).to_have_value("")
    assert replies(ticket) == before + 1
    assert not Draft.objects.exists()


def test_a_send_without_a_line_says_that_nothing_was_sent_and_goes_when_it_is_there_again(open_page: Open, ticket: Ticket) -> None:  # noqa: F811
    page = open_page(f"/tickets/{ticket.number}/")
    before = replies(ticket)
    page.get_by_label("Reply to the player").fill("Found it!")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    page.context.set_offline(True)

    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("Nothing was sent: there is no connection")
    page.context.set_offline(False)

    expect(page.locator(".toast", has_text="there is no connection")).to_have_count(0, timeout=15_000)
    expect(page.locator(".toast", has_text="It was not sent")).to_be_visible()
    assert replies(ticket) == before
    page.get_by_label("Reply to the player").press("Control+Enter")
    expect(page.locator("article.msg", has_text="Found it!")).to_be_visible()
    assert replies(ticket) == before + 1


def test_after_sending_the_keys_work_and_what_is_called_back_goes_on_at_its_end(open_page: Open, ticket: Ticket) -> None:  # noqa: F811
    page = open_page(f"/tickets/{ticket.number}/")
    text = page.get_by_label("Reply to the player")
    text.fill("Too early")
    page.keyboard.press("Control+Enter")
    expect(page.locator("article.msg", has_text="Too early")).to_contain_text("leaves in")
    page.wait_for_timeout(300)

    page.keyboard.press("u")
    expect(text).to_have_value("Too early")
    page.keyboard.press("Escape")
    text.evaluate("(text) => text.setSelectionRange(0, 0)")
    page.keyboard.press("r")
    page.keyboard.type(", I thought")

    expect(text).to_have_value("Too early, I thought")


def test_what_comes_back_stands_in_the_open_composer_before_what_was_typed_since(open_page: Open, ticket: Ticket) -> None:  # noqa: F811
    page = open_page(f"/tickets/{ticket.number}/")
    text = page.get_by_label("Reply to the player")
    text.fill("On Sunday.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("article.msg", has_text="On Sunday.")).to_be_visible()
    player_writes(ticket, "And which time zone?")
    text.fill("Typed since")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    Message.objects.filter(text="On Sunday.").update(leaves_at=clock.now())

    outbox.send_due()

    expect(text).to_have_value("On Sunday.\n\nTyped since", timeout=15_000)
    page.reload()
    expect(text).to_have_value("On Sunday.\n\nTyped since")


def test_two_tabs_of_one_person_end_with_both_texts_in_both(open_page: Open, ticket: Ticket) -> None:  # noqa: F811
    one, other = open_page(f"/tickets/{ticket.number}/"), open_page(f"/tickets/{ticket.number}/")
    one.get_by_label("Reply to the player").fill("About the sword.")
    expect(one.locator("[data-saved]")).to_contain_text("Saved")

    other.get_by_label("Reply to the player").fill("About the shield.")

    both = "About the sword.\n\nAbout the shield."
    expect(other.get_by_label("Reply to the player")).to_have_value(both)
    one.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(one.get_by_label("Reply to the player")).to_have_value(both, timeout=15_000)
    assert Draft.objects.get().text == both


def test_a_pasted_picture_is_a_file_of_the_draft(open_page: Open, ticket: Ticket) -> None:  # noqa: F811
    page = open_page(f"/tickets/{ticket.number}/")
    page.get_by_label("Reply to the player").fill("Look here")
    page.evaluate(PASTE, ["shield.png", "image/png"])

    remove = page.locator("#composer-files").get_by_role("button", name="Remove shield.png")
    expect(remove).to_be_visible()
    assert Attachment.objects.get(name="shield.png").draft == Draft.objects.get()
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-settling, .htmx-added')")  # it hears clicks from now on
    remove.click()
    expect(page.locator("#composer-files .file")).to_have_count(0)
    assert not Attachment.objects.filter(name="shield.png").exists()


def test_a_sign_in_in_another_tab_costs_no_send(open_page: Open, ticket: Ticket, greta: User, live_server: LiveServer) -> None:  # noqa: F811
    page = open_page(f"/tickets/{ticket.number}/")
    page.get_by_label("Reply to the player").fill("Found it!")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    client = Client()
    client.force_login(greta)
    again = {"sessionid": client.cookies["sessionid"].value, "csrftoken": "n" * 32}
    page.context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in again.items()])

    page.keyboard.press("Control+Enter")

    expect(page.locator("article.msg", has_text="Found it!")).to_be_visible()
    assert Message.objects.filter(ticket=ticket, text="Found it!").count() == 1


def test_who_comes_second_is_asked_whether_to_take_over(open_page: Open, ticket: Ticket, greta: User) -> None:  # noqa: F811
    boris = somebody(Right.VIEW, Right.TAKE, name="Boris Lind")
    assign(ticket, to=None, by=operator(greta))
    page = open_page(f"/tickets/{ticket.number}/")
    assign(ticket, to=boris, by=operator(boris))

    page.get_by_role("button", name="Take it").click()
    expect(page.locator("#dialog")).to_contain_text("Boris Lind has")
    page.get_by_role("button", name="Take it over").click()

    expect(page.locator("#facts")).to_contain_text("Greta Blum")
    expect(page.locator("#dialog")).to_be_hidden()


def test_closing_takes_more_than_one_enter_too_many(open_page: Open, ticket: Ticket) -> None:  # noqa: F811
    Ticket.objects.filter(pk=ticket.pk).update(status="resolved")
    page = open_page(f"/tickets/{ticket.number}/")
    page.keyboard.press("s")
    expect(page.locator("#dialog")).to_be_visible()
    page.locator("#dialog").get_by_label("Closed").check()
    page.keyboard.press("Enter")
    expect(page.locator("#dialog")).to_contain_text("Closed is for good")
    page.keyboard.press("Enter")

    expect(page.locator("#dialog")).to_be_hidden()
    ticket.refresh_from_db()
    assert ticket.status == "resolved"


def test_what_was_begun_to_write_survives_leaving(open_page: Open, ticket: Ticket) -> None:  # noqa: F811
    page = open_page("/tickets/new/")
    page.get_by_label("The player's mail address").fill("noor@mail.example")
    page.get_by_label("Subject").fill("Your refund")
    page.get_by_label("Text").fill("It is done.")
    page.get_by_role("link", name="To the queue").click()
    page.wait_for_url("**/tickets/")

    page.goto(page.url + "new/")
    expect(page.get_by_label("Text")).to_have_value("It is done.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("article.msg", has_text="It is done.")).to_be_visible()
    assert Message.objects.filter(text="It is done.").count() == 1


def test_a_changed_form_asks_before_it_is_left(open_page: Open, ticket: Ticket) -> None:  # noqa: F811
    page = open_page(f"/tickets/{ticket.number}/")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_label("More").click()
    page.get_by_role("link", name="Subject, topic, language").click()
    page.locator("#dialog").get_by_label("Subject").fill("Another one")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog").get_by_label("Subject")).to_have_value("Another one")
    assert asked == ["confirm"]

    page.locator("#dialog").get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Another one")
    page.goto(page.url.split("/tickets/")[0] + "/settings/teams/new/")
    page.get_by_label("Name").fill("Refunds")
    page.evaluate("location.assign('/tickets/')")
    expect(page.get_by_label("Name")).to_have_value("Refunds")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(lambda url: not url.endswith("/new/"))
    assert asked == ["confirm", "beforeunload"]


def test_what_was_typed_and_what_was_pasted_is_told_apart(open_page: Open, ticket: Ticket) -> None:  # noqa: F811
    page = open_page(f"/tickets/{ticket.number}/")
    text = page.get_by_label("Reply to the player")
    text.press_sequentially("Good day!")
    text.press("Control+a")
    text.press("Control+c")
    text.press("End")
    text.press("Enter")
    text.press("Control+v")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    page.reload()  # the draft goes on where it was
    page.get_by_label("Reply to the player").press("End")
    page.get_by_label("Reply to the player").press_sequentially("!!")
    page.keyboard.press("Control+Enter")
    expect(page.locator("article.msg", has_text="Good day!")).to_be_visible()

    written = MessageWritten.of(Event.objects.filter(ticket=ticket, kind="message.written").latest("pk"))
    assert (written.typed, written.inserted) == (len("Good day!\n!!"), len("Good day!"))
    assert written.drafted is not None and written.drafted < 60
    assert Event.objects.filter(ticket=ticket, kind="draft.started").count() == 1
