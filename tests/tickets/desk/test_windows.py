"""The desk in small windows, by keys alone, and what a page shows first: in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog, Page, expect

from helpdesk.staff.models import Notice, User
from helpdesk.staff.notices import notify
from helpdesk.staff.rights import Right
from players.models import CardLine
from tests.factories.desk import make_game, make_ticket
from tests.factories.staff import somebody
from tests.tickets.desk.test_in_browser import Open, chromium, greta, open_page, ticket  # noqa: F401 - fixtures
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SEEN = """() => {
  let seen = 0, all = 0;
  for (let y = 1; y < innerHeight; y += 3) { all += 1; if (document.elementFromPoint(innerWidth / 2, y)?.closest(".talk")) seen += 1; }
  return seen / all;
}"""


@pytest.mark.parametrize(("width", "height"), [(640, 400), (640, 360), (320, 256), (844, 390), (1280, 400), (390, 844), (1280, 800)])
def test_the_conversation_keeps_half_of_every_window(open_page: Open, ticket: Ticket, width: int, height: int) -> None:  # noqa: F811
    page = open_page(f"/tickets/{ticket.number}/")
    expect(page.locator("#card")).to_contain_text("Yara")
    page.set_viewport_size({"width": width, "height": height})
    page.reload()
    expect(page.locator("#card")).to_contain_text("Yara")
    page.locator("#entries > .msg").nth(1).evaluate("(one) => one.scrollIntoView({ block: 'center' })")

    assert page.evaluate(SEEN) >= 0.5
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_in_a_short_window_the_composer_opens_when_somebody_writes(open_page: Open, ticket: Ticket) -> None:  # noqa: F811
    page = open_page(f"/tickets/{ticket.number}/")
    page.set_viewport_size({"width": 640, "height": 400})
    expect(page.locator("#composer [data-main]")).to_be_hidden()

    page.keyboard.press("r")

    expect(page.locator("#composer [data-main]")).to_be_visible()
    page.locator("#composer textarea").fill("On its way.")
    page.locator("#composer [data-main]").click()
    expect(page.locator("#entries")).to_contain_text("On its way.")


def test_several_rows_are_resolved_and_taken_back_by_keys(open_page: Open, greta: User) -> None:  # noqa: F811
    for n in range(6):
        make_ticket(subject=f"Matter {n}", game=make_game())
    page = open_page("/tickets/")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("#picked")).to_contain_text("2 picked")

    page.keyboard.press("b")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.locator("#picked [value='status:resolved']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#dialog h2")).to_have_text("Resolved: 2 tickets?")
    expect(page.locator("#dialog [data-main]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".undo")).to_contain_text("2 tickets: Resolved.")
    assert Ticket.objects.filter(status="resolved").count() == 2

    page.keyboard.press("u")
    expect(page.locator("#toasts")).to_contain_text("2 tickets stand as before.")
    assert Ticket.objects.filter(status="new").count() == 6


def test_the_bar_comes_before_the_rows_for_the_tab_key(open_page: Open) -> None:  # noqa: F811
    for n in range(6):
        make_ticket(subject=f"Matter {n}")
    page = open_page("/tickets/")

    page.locator("#rows input[name=pick]").first.check()

    order = page.evaluate(
        "[...document.querySelectorAll('#picked button, #rows input')].map((one) => one.closest('#picked') ? 'bar' : 'row')"
    )
    assert order.index("row") > order.index("bar")
    assert "bar" not in order[order.index("row") :]


def test_a_message_longer_than_the_window_opens_at_its_beginning(open_page: Open) -> None:  # noqa: F811
    long = make_ticket("\n".join(f"Line {n} of what happened." for n in range(1, 121)))

    page = open_page(f"/tickets/{long.number}/")

    expect(page.get_by_text("Line 1 of what happened.")).to_be_in_viewport()


def test_ctrl_enter_saves_a_dialog_whatever_field_has_the_focus(open_page: Open, ticket: Ticket, greta: User) -> None:  # noqa: F811
    page = open_page(f"/tickets/{ticket.number}/")
    page.keyboard.press("a")
    expect(page.locator("#dialog_assignee")).to_be_focused()
    page.locator("#dialog_assignee").select_option(label=str(greta))

    page.keyboard.press("Control+Enter")

    expect(page.locator("#facts")).to_contain_text(greta.name)
    expect(page.locator("#dialog")).to_be_hidden()


def keys_offered(page: Page) -> str:
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    return page.locator("#keys").inner_text()


def test_keys_are_offered_only_where_they_do_something(open_page: Open, ticket: Ticket, greta: User) -> None:  # noqa: F811
    own = keys_offered(open_page(f"/tickets/{ticket.number}/"))
    assert "Note to staff" in own
    assert "Pick the row" not in own
    assert "Pick the row" in keys_offered(open_page("/tickets/"))

    greta.grants.all().delete()
    greta.grants.create(role=somebody(Right.VIEW).grants.get().role)
    dead = keys_offered(open_page(f"/tickets/{ticket.number}/"))

    for words in ("Take the next ticket", "Write to a player", "Reply", "Note to staff", "Change the status"):
        assert words not in dead


def test_g_says_where_one_can_go(open_page: Open, ticket: Ticket) -> None:  # noqa: F811
    page = open_page("/tickets/")

    page.keyboard.press("g")

    expect(page.locator("#toasts")).to_contain_text("g, then: q Queue, m Mine, n Notices")
    page.keyboard.press("n")
    page.wait_for_url("**/notices/")


def test_a_form_with_errors_begins_with_what_is_wrong(open_page: Open) -> None:  # noqa: F811
    page = open_page("/settings/games/new/")
    page.locator("[name=hours_0]").fill("nine to five")
    page.locator("#game-form").evaluate("(form) => { form.colour_main.value = form.colour_on_main.value = '#ffffff'; }")

    page.locator("#game-form .btn.do").click()

    summary = page.locator("[data-summary]")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("“nine to five” is not a span of time")
    expect(summary).to_contain_text("1.0 : 1 on the main colour")
    summary.get_by_role("link", name="Monday").click()
    expect(page.locator("[name=hours_0]")).to_be_focused()


def test_opening_a_ticket_ends_its_notices_and_the_bell_knows(open_page: Open, ticket: Ticket, greta: User) -> None:  # noqa: F811
    for link in (f"/tickets/{ticket.number}/", "/tickets/OTHER-ONE/"):
        notify([greta], "notices.assigned", link=link)
    page = open_page("/tickets/")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#me-bell .dot")).to_have_text("2")
    expect(page.locator("#me-bell .dot")).to_be_visible()

    page.goto(page.url.replace("/tickets/", f"/tickets/{ticket.number}/"))

    expect(page.locator("#me-bell .dot")).to_have_text("1")
    assert Notice.objects.get(seen_at=None).link == "/tickets/OTHER-ONE/"


def test_an_edited_text_is_not_left_silently(open_page: Open) -> None:  # noqa: F811
    page = open_page("/settings/texts/")
    page.locator("table a.main-link, .bars-list a, table a").first.click()
    page.locator("textarea[name=body]").fill("Half a thought")
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)

    page.goto(page.url.split("/settings/")[0] + "/tickets/")

    assert asked == ["beforeunload"]


def test_a_card_of_five_hundred_fields_is_declared_by_keys_alone(open_page: Open, ticket: Ticket) -> None:  # noqa: F811
    CardLine.objects.bulk_create(CardLine(game=ticket.game, name=f"f{number:03}") for number in range(500))
    page = open_page("/settings/card/")

    page.locator("#came select").nth(300).focus()
    page.keyboard.type("the")  # the game: a choice by its first letters
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("#toasts")).to_contain_text("“f300” is declared")
    expect(page.locator("#came select").nth(300)).to_be_focused()  # on to the next of them
    assert CardLine.objects.get(name="f300").card_class.slug == "open"
    page.keyboard.type("pur")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("“f301” is declared")
    page.get_by_role("link", name="Change f301").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Label in English").press_sequentially("Spent")
    page.keyboard.press("Enter")
    expect(page.locator("tr", has_text="f301")).to_contain_text("Spent")
    assert (line := CardLine.objects.get(name="f301")).label_en == "Spent" and line.card_class.slug == "payments"
