"""Columns chosen, sorted by, exported and fetched by keys alone; nothing of it stands in anybody's way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from helpdesk.base.jobs import running
from tests.factories.desk import make_player, make_ticket
from tests.tickets.desk.test_in_browser import Open, blemishes, chromium, greta, open_page  # noqa: F401 - fixtures
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "helpdesk.base.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path)}}
    }


def test_a_column_is_chosen_moved_sorted_by_exported_and_fetched_by_keys(open_page: Open) -> None:  # noqa: F811
    for subject, tier in (("Shield", "Dolphin"), ("Sword", "Whale")):
        player = make_player(f"Player of a {subject}")
        player.tier = tier
        player.save()
        make_ticket(subject=subject, player=player)
    page = open_page("/tickets/?status=all")
    heads = page.locator("thead th:not(.c-pick)")

    opener = page.get_by_role("link", name="Columns")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Columns")).to_be_visible()
    tier_box = dialog.get_by_role("checkbox", name="Tier", exact=True)
    tier_box.focus()
    page.keyboard.press("Space")
    expect(tier_box).to_be_focused()
    for _step in range(6):
        page.keyboard.press("Alt+ArrowUp")
    expect(dialog.locator("[data-moved]")).to_have_text("Tier: 2 / 8")
    expect(tier_box).to_be_focused()
    down = dialog.get_by_role("button", name="“Waits since” further back")
    down.focus()
    page.keyboard.press("Enter")
    expect(down).to_be_focused()
    dialog.get_by_role("checkbox", name="Language", exact=True).focus()
    page.keyboard.press("Space")
    dialog.get_by_role("radio", name="close together").focus()
    page.keyboard.press("Space")
    for width, height in ((390, 844), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        assert blemishes(page) == []
    dialog.get_by_role("button", name="Show them so").focus()
    page.keyboard.press("Enter")
    expect(heads).to_have_text(["Tier", "Waiting", "Player", "Message", "Topic", "Status", "With"])
    expect(page.locator("table.compact")).to_be_visible()

    head = heads.filter(has_text="Tier").get_by_role("link")
    head.focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Tier")
    expect(page.locator("#rows .subject")).to_have_text(["Sword", "Shield"])
    heads.filter(has_text="Tier").get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Tier")
    expect(page.locator("#rows .subject")).to_have_text(["Shield", "Sword"])
    for width, height in ((390, 844), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            assert blemishes(page) == [], f"at {width} pixels, {theme}"

    page.locator("summary", has_text="Export").focus()
    page.keyboard.press("Enter")
    assert blemishes(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Plain text (csv)")).to_be_focused()
    page.keyboard.press("Enter")
    job = page.locator(".job")
    expect(job).to_contain_text("A list of tickets as csv")
    assert running.run_due() == 1
    link = job.get_by_role("link", name=".csv")
    expect(link).to_be_visible(timeout=15_000)
    link.focus()
    with page.expect_download() as fetched:
        page.keyboard.press("Enter")

    lines = Path(fetched.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("Tier,Waits since,Player's name,Subject")
    assert [line.split(",")[0] for line in lines[1:]] == ["Dolphin", "Whale"]
    assert Ticket.objects.count() == 2
