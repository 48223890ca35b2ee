"""The chips, their menus and the panel of all fields: by keys alone, on a phone, and without any script."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from helpdesk.staff.models import User
from helpdesk.studio.models import Tag
from tests.factories.desk import make_game, make_ticket
from tests.tickets.desk.test_in_browser import Open, blemishes, chromium, greta, hold, let_go, open_page  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(db: None) -> None:
    for subject, language in (("Lost sword", "en"), ("Verlorenes Schwert", "de"), ("Lost shield", "en")):
        make_ticket(subject=subject, language=language, game=make_game("emberfall"))
    for name in ("vip", "victim", "refund"):
        Tag.objects.create(name=name)


def rows(page: Page, *subjects: str) -> None:
    expect(page.locator("#rows .subject")).to_have_text(list(subjects))


def typed(page: Page, words: str) -> None:
    """Box and address hold the same."""
    expect(page.get_by_role("combobox", name="Find a ticket")).to_have_value(words)
    page.wait_for_function("words => (new URL(location.href).searchParams.get('q') ?? '') === words", arg=words)


def test_a_filter_is_found_set_changed_and_taken_off_by_keys_alone(open_page: Open, town: None) -> None:  # noqa: F811
    page = open_page("/tickets/?status=new")
    page.evaluate("window.same = true")  # until the page is loaded anew
    dialog = page.locator("#chooser")

    page.keyboard.press("f")
    expect(dialog.get_by_role("heading", name="All filters")).to_be_visible()
    expect(dialog.get_by_label("Find a filter")).to_be_focused()
    page.keyboard.type("язык")
    expect(dialog.locator("[data-names]:visible")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(dialog.get_by_role("link", name="Language")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Part of its name")).to_be_focused()
    page.keyboard.type("deu")
    expect(dialog.locator("#choices a")).to_have_text(["Deutsch"])
    page.keyboard.press("Enter")

    rows(page, "Verlorenes Schwert")
    typed(page, "language:de")
    chip = page.locator("[data-chip=language] .says")
    expect(chip).to_have_text("Language: Deutsch")
    expect(chip).to_be_focused()
    expect(dialog).to_be_hidden()

    page.keyboard.press("Enter")
    expect(dialog.get_by_role("link", name="Deutsch")).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(chip).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Part of its name")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(dialog.get_by_role("link", name="English")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(dialog.get_by_label("Part of its name")).to_be_focused()
    for _press in range(6):  # the tick of Deutsch, its row, the ticks of the others
        page.keyboard.press("Tab")
    expect(dialog.get_by_label("Everything but this")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    typed(page, "-language:en")
    expect(chip).to_have_text("Language: not English")
    expect(chip).to_be_focused()

    page.keyboard.press("Backspace")
    typed(page, "")
    expect(chip).to_have_text("Language")
    expect(chip).to_be_focused()
    assert "status=new" in page.url
    assert page.evaluate("window.same")

    page.go_back()
    typed(page, "-language:en")
    rows(page, "Verlorenes Schwert")


def test_what_is_typed_becomes_chips_and_what_only_the_box_can_say_is_shown_there(open_page: Open, town: None) -> None:  # noqa: F811
    page = open_page("/tickets/")
    page.evaluate("window.same = true")

    page.keyboard.press("/")
    page.keyboard.type("lost lang:en (sword OR bow) staus:new")
    page.keyboard.press("Enter")

    rows(page, "Lost sword")
    box = page.get_by_role("combobox", name="Find a ticket")
    expect(box).to_be_focused()
    expect(box).to_have_accessible_description("staus:new There is no field “staus”. Did you mean “status”?")
    expect(page.locator(".chip.on .says")).to_have_text(["Language: English", "lost", "(sword OR bow)"])
    page.get_by_text("(sword OR bow)").click()
    expect(box).to_be_focused()
    assert page.evaluate("getSelection().toString()") == "(sword OR bow)"
    page.get_by_role("link", name="Without “(sword OR bow)”").click()
    typed(page, "lost lang:en staus:new")
    expect(page.locator(".chip.on .says").last).to_be_focused()  # its neighbour
    page.get_by_role("link", name="Clear").click()
    typed(page, "")
    page.get_by_role("link", name="New 3").click()
    expect(page.locator("#tabs [aria-current]")).to_contain_text("New")
    assert page.evaluate("window.same")


def test_a_range_that_cannot_be_is_told_in_its_menu_and_one_that_can_is_set(open_page: Open, town: None) -> None:  # noqa: F811
    page = open_page("/tickets/filters/replies/?status=new").context.pages[0]
    page.goto(page.url.replace("filters/replies/", ""))
    dialog = page.locator("#chooser")
    page.keyboard.press("f")
    expect(dialog.get_by_label("Find a filter")).to_be_focused()
    page.keyboard.type("answers")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("From")).to_be_focused()
    page.keyboard.type("many")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("“Answers” cannot be “many”.")
    dialog.get_by_label("From").fill("0")
    dialog.get_by_label("To").fill("2")
    page.keyboard.press("Enter")

    typed(page, "replies:0..2")
    expect(page.locator(".chip.on .says")).to_have_text(["Answers: 0 to 2"])
    rows(page, "Lost sword", "Verlorenes Schwert", "Lost shield")


def test_what_is_clicked_is_left_out_where_everything_but_this_is_ticked(open_page: Open, town: None) -> None:  # noqa: F811
    page = open_page("/tickets/")
    page.locator("[data-chip=language] .says").click()
    dialog = page.locator("#chooser")
    dialog.get_by_label("Everything but this").check()
    expect(dialog.get_by_role("link", name="English")).to_have_attribute("href", "/tickets/?q=-language%3Aen")

    dialog.get_by_role("link", name="English").click()

    typed(page, "-language:en")
    rows(page, "Verlorenes Schwert")


def test_what_is_typed_while_the_queue_is_on_its_way_stays(open_page: Open, town: None) -> None:  # noqa: F811
    page = open_page("/tickets/")
    held = hold(page, "**/tickets/?q=lost*")
    box = page.get_by_role("combobox", name="Find a ticket")
    box.fill("lost")
    page.keyboard.press("Enter")
    page.keyboard.type(" sword")
    let_go(page, held)

    expect(page.locator(".chip.on .says")).to_have_text(["lost"])
    expect(box).to_have_value("lost sword")
    expect(box).to_be_focused()


def test_an_empty_page_leads_out_by_one_press(open_page: Open, town: None) -> None:  # noqa: F811
    page = open_page("/tickets/?q=lost+lang:de")

    page.get_by_role("link", name="Without “Language: Deutsch” 2 tickets").click()

    typed(page, "lost")
    expect(page.locator("#rows tr")).to_have_count(2)


def test_nothing_of_it_stands_in_the_way_of_anybody(open_page: Open, town: None) -> None:  # noqa: F811
    page = open_page("/tickets/?q=lang:de,en+-tag:vip+waiting:>4h+(sword+OR+shield)+game:emberfall")
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for what in ("[data-chip=tag] .says", "[data-chip=waiting_since] .says", ".chip.add"):
            page.locator(what).click()
            dialog = page.locator("#chooser")
            expect(dialog).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                assert blemishes(page) == [], f"{what} at {width} pixels, {theme}"
            area = dialog.bounding_box()
            assert area and min(area["x"], area["y"]) >= 0
            assert area["x"] + area["width"] <= width and area["y"] + area["height"] <= height
            if width == 390 and what == ".chip.add":
                assert (area["width"], area["height"]) == (width, height)
            page.keyboard.press("Escape")
            expect(dialog).to_be_hidden()
            expect(page.locator(what)).to_be_focused()


def test_all_of_it_works_without_a_script(chromium: Browser, live_server: LiveServer, greta: User, town: None) -> None:  # noqa: F811
    client = Client()
    client.force_login(greta)
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/tickets/?assignee=nobody")

    page.get_by_role("link", name="Filter", exact=False).last.click()
    page.get_by_role("link", name="Tag", exact=True).click()
    page.get_by_label("Part of its name").fill("vi")
    page.keyboard.press("Enter")
    page.get_by_label("vip, with others").check()
    page.get_by_label("Everything but this").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".chip.on .says")).to_have_text(["With: nobody", "Tag: not vip"])
    page.get_by_role("link", name="Language", exact=True).click()
    page.get_by_role("link", name="Deutsch").click()

    rows(page, "Verlorenes Schwert")
    expect(page.locator("#search")).to_have_value("assignee:nobody -tag:vip language:de")
    page.get_by_role("link", name="Without “Language: Deutsch”").click()
    page.locator("#search").fill("sword")
    page.keyboard.press("Enter")
    rows(page, "Lost sword")
    context.close()
