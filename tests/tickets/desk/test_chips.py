"""The chips above the queue: each says a part of what is asked for, is changed by a menu, and goes by a click. `q` holds all of it."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.staff.models import Team, User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Tag
from tests.conftest import Travel
from tests.factories.desk import make_game, make_ticket
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import DAILY, Desk, of_the_page
from tests.tickets.desk.test_queue import read, subjects
from tests.tickets.desk.test_search_box import search, troubles
from tickets.actors import operator
from tickets.desk.queue import selectors
from tickets.services.assign import assign
from tickets.services.edit import set_tags

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def chips(page: str) -> list[str]:
    return re.findall(r'<span class="chip on".*?<(?:span|bdi)[^>]*>([^<]*)</(?:span|bdi)>', page, re.DOTALL)


def box(page: str) -> str:
    found = re.search(r'name="q" value="([^"]*)"', page)
    assert found
    return unescape(found[1])


def tab(page: str) -> str:
    found = re.search(r'aria-current="page">\s*<span[^>]*>([^<]*)</span>', page)
    assert found
    return found[1]


def menu(client: Client, field: str, query: str = "", **headers: str) -> str:
    answer = client.get(f"/tickets/filters/{field}/{query}", headers=headers)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def choose(client: Client, field: str, query: str) -> str:
    """What the box holds after the menu's form was sent."""
    answer = client.get(f"/tickets/filters/{field}/{query}&do=1")
    assert answer.status_code == 302, troubles(answer.content.decode())
    assert urlsplit(answer["Location"]).path == "/tickets/"
    return parse_qs(urlsplit(answer["Location"]).query).get("q", [""])[0]


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("?game=emberfall&assignee=me", "game:emberfall assignee:me"),
        ("?game=emberfall&q=lost", "lost game:emberfall"),
        ("?q=lost+OR&channel=mail", "channel:mail lost OR"),
        ("?created=2026-10-01", "created:>=2026-10-01"),
        ("?replies=2&waits=yes&status=new", "waits:yes replies:>=2"),
        ("?player_name=Anna+Lee", 'player_name:"Anna Lee"'),
        ("?q=status:new&sort=newest", "status:new"),
        ("?assignee=1+OR+1", 'assignee:"1 OR 1"'),
    ],
)
def test_an_address_of_earlier_days_is_read_into_the_box(clara: User, desk: Desk, address: str, typed: str) -> None:
    make_game("emberfall")

    assert box(read(desk(clara), address)) == typed


def test_each_part_stands_as_a_chip_in_words(clara: User, desk: Desk) -> None:
    make_game("emberfall")
    Tag.objects.create(name="vip")

    page = search(desk(clara), "lost game:emberfall waiting:>4h -tag:vip (lang:de OR created:today) with:me -x")

    assert chips(page) == [
        "Game: Emberfall", "With: Clara Novak", "Tag: not vip", "Waits since: longer than 4 h ago",
        "lost", "(lang:de OR created:today)", "-x",
    ]  # fmt: skip


def test_what_is_frequent_has_its_place_while_nobody_asks_for_it_and_what_one_may_not_see_has_none(desk: Desk) -> None:
    sees, sees_not = somebody(*DAILY, Right.SEE_PLAYER_PAYMENTS, name="Pia"), somebody(*DAILY, name="Nils")

    offered = [re.findall(r'<span class="chip off" data-chip="([^"]*)"', read(desk(user))) for user in (sees, sees_not)]

    assert offered[0] == ["game", "language", "assignee", "team", "topic", "tag", "channel", "waiting_since", "tier"]
    assert offered[1] == offered[0][:-1]


def test_a_click_in_a_menu_asks_for_one_value_alone(clara: User, desk: Desk) -> None:
    make_game("emberfall")
    make_game("tideborn")

    page = menu(desk(clara), "game", "?q=lost+game:emberfall&status=new&place=1&after=x")

    assert 'href="/tickets/?q=lost+game%3Atideborn&status=new"' in page
    assert re.search(r'value="emberfall" checked', page)
    assert 'href="/tickets/?q=lost&status=new"' in page  # without it


@pytest.mark.parametrize(
    ("field", "query", "typed"),
    [
        ("language", "?q=lost&v=de&v=ru", "lost language:de,ru"),
        ("language", "?q=language:de+lost&place=0&v=ru&not=1", "lost -language:ru"),
        ("language", "?q=language:de+lost&place=0", "lost"),
        ("tag", "?v=none&v=vip", "tag:none,vip"),
        ("tag", "?q=tag:vip&v=vip", "tag:vip tag:vip"),
        ("replies", "?least=2&most=5", "replies:2..5"),
        ("replies", "?least=2", "replies:>=2"),
        ("replies", "?most=2&not=1", "-replies:<=2"),
        ("replies", "?least=3&most=3", "replies:3"),
        ("created", "?least=2026-10-01&most=2026-10-05", "created:2026-10-01..2026-10-05"),
        ("waiting_since", "?age=4&than=>&unit=h", "waiting_since:>4h"),
        ("waiting_since", "?q=lost+OR&age=2&than=<&unit=d", "waiting_since:<2d lost OR"),
        ("waiting_since", "?age=2&than=;--&unit=years", "waiting_since:>2h"),
        ("number", "?said=AB-1,+CD-2", "number:AB-1,CD-2"),
        ("player_name", "?said=Anna,+Lee+", 'player_name:"Anna, Lee"'),
        ("waits", "?v=yes", "waits:yes"),
    ],
)
def test_what_the_form_says_is_typed_into_the_box(clara: User, desk: Desk, field: str, query: str, typed: str) -> None:
    Tag.objects.create(name="vip")

    assert choose(desk(clara), field, query) == typed


@pytest.mark.parametrize(
    ("field", "query", "told"),
    [
        ("replies", "?least=two", "“Answers” cannot be “two”."),
        ("replies", "?least=5&most=2", "“Answers”: “5..2” ends before it begins."),
        ("created", "?least=2026-02-30", "“Opened” cannot be “2026-02-30”."),
        ("waiting_since", "?age=-", "“Waits since” cannot be “-h”."),
        ("game", "?v=nowhere", "“Game”: there is none called “nowhere”."),
        ("number", "?said=" + "9" * 201, "“Number” cannot be “9999999999999999999999999999999999999999”."),
        ("player_name", f"?q={'x' * 390}&said=Anna", "The filter would be longer than 400 characters. Take something off it first."),
    ],
)
def test_what_cannot_be_asked_for_is_told_in_the_menu(clara: User, desk: Desk, field: str, query: str, told: str) -> None:
    for headers in ({}, HTMX):
        answer = desk(clara).get(f"/tickets/filters/{field}/{query}&do=1", headers=headers)

        assert answer.status_code == 422
        assert told in unescape(answer.content.decode())


def test_a_menu_shows_what_it_holds_and_offers_what_begins_as_typed(clara: User, desk: Desk) -> None:
    for name in ("vip", "victim", "refund"):
        Tag.objects.create(name=name)
    client = desk(clara)

    page = client.get(
        "/tickets/filters/tag/?q=tag:refund&place=0&find=vi&v=refund", headers=HTMX | {"HX-Target": "choices"}
    ).content.decode()
    assert re.findall(r'name="v" value="([^"]*)"( checked)?', page) == [("refund", " checked"), ("victim", ""), ("vip", "")]
    assert "Nothing is called so." in client.get("/tickets/filters/tag/?find=zz").content.decode()
    assert 'value="5"' in menu(client, "replies", "?q=replies:3..5&place=0")
    assert re.search(r'type="date"', menu(client, "created", "?q=created:2026-10-01&place=0"))
    assert 'name="not" value="1" checked' in menu(client, "language", "?q=-lang:de&place=0")


def test_a_value_that_may_be_missing_is_offered_as_empty(clara: User, desk: Desk) -> None:
    client = desk(clara)

    for field, typed in (("topic", "topic:none"), ("status_before", "status_before:none"), ("waiting_since", "waiting_since:none")):
        assert f'href="/tickets/?q={quote(typed)}"' in menu(client, field)


def test_what_is_clicked_while_everything_else_is_meant_is_left_out(clara: User, desk: Desk) -> None:
    make_game("emberfall")
    client = desk(clara)

    assert 'href="/tickets/?q=-language%3Ade"' in menu(client, "language", "?q=-lang:ru&place=0")
    part = client.get("/tickets/filters/waiting_since/?q=lost&do=1&not=1", headers=HTMX | {"HX-Target": "choices"}).content.decode()
    assert 'href="/tickets/?q=lost+-waiting_since%3A%3E4h"' in part and "longer than 4 h ago" in part and "<form" not in part


def test_the_panel_has_every_field_one_may_ask_for_under_a_heading(clara: User, desk: Desk) -> None:
    page = unescape(desk(clara).get("/tickets/filters/?q=replies:>3", headers=HTMX).content.decode())

    headings = ["All filters", "Ticket", "Who works on it", "Times", "On hold and promised", "Player", "Messages"]
    assert re.findall(r"<h2>([^<]*)</h2>", page) == headings
    assert 'data-names="language language lang язык"' in page
    assert 'href="/tickets/filters/replies/?q=replies%3A%3E3&place=0" aria-current="true"' in page and "more than 3" in page
    assert "/filters/address/" in page and "/filters/tier/" not in page and "/filters/words/" not in page


def test_a_field_one_may_not_ask_for_has_no_menu(clara: User, desk: Desk) -> None:
    client = desk(clara)

    assert [client.get(f"/tickets/filters/{name}/").status_code for name in ("tier", "nothing", "words", "game")] == [404, 404, 404, 200]


def test_nothing_found_says_which_chip_to_loosen(clara: User, desk: Desk) -> None:
    ember = make_game("emberfall")
    for _number in range(3):
        make_ticket(subject="Lost sword", game=ember, language="de")
    set_tags(make_ticket(subject="Lost sword", game=ember), [Tag.objects.create(name="vip")], by=operator(clara))
    client = desk(clara)

    page = search(client, "sword game:emberfall lang:de tag:vip waits:yes")

    assert "Nothing found for" in page
    loosened = re.findall(r'href="/tickets/\?([^"]*)">\s*<span>\s*Without “([^”]*)”\s*</span>\s*<b class="n">\s*(\d+) ticket', page)
    assert [(part, count) for _query, part, count in loosened] == [("Language: Deutsch", "1"), ("Tag: vip", "3")]
    assert parse_qs(loosened[1][0])["q"] == ["sword game:emberfall lang:de waits:yes"]
    assert subjects(search(client, "sword game:emberfall lang:de waits:yes")) == ["Lost sword"] * 3
    assert "Without “" not in re.sub(r'aria-label="[^"]*"', "", search(client, "lang:fr tag:none game:emberfall shield"))


def test_what_would_take_too_long_to_count_is_offered_without_a_number(clara: User, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    make_ticket(subject="Lost sword")
    monkeypatch.setattr(selectors, "LOOKED_FOR", 0.001)
    monkeypatch.setattr(selectors, "_ids", lambda _rows, _limit=None: ("SELECT pg_sleep(1)", ()))

    page = " ".join(search(desk(clara), "sword lang:de", "").split())

    assert "<span> Without “Language: Deutsch” </span> </a>" in page


def test_chips_and_what_to_loosen_keep_the_budget(clara: User, desk: Desk, travel: Travel) -> None:
    make_game("emberfall")
    Tag.objects.create(name="vip")
    team = Team.objects.create(name="Night", slug="night")
    client = desk(clara)
    address = f"/tickets/?status=new&q={quote(f'game:emberfall tag:vip team:{team.pk} with:me waiting:>4h replies:>2')}"
    client.get(address)

    with CaptureQueriesContext(connection) as queries:
        page = client.get(address).content.decode()

    assert "Nothing fits these filters" in page and "Team: Night" in page
    asked = of_the_page(queries)
    assert len(asked) <= 12, "\n".join(asked)


def test_words_look_under_every_status_unless_one_is_named(clara: User, desk: Desk) -> None:
    client = desk(clara)

    assert tab(read(client, "?q=lost")) == "All"
    assert tab(read(client, "?q=lost+lang:en&status=to_answer")) == "To answer"
    assert tab(read(client, "?q=lang:en")) == "To answer"
    page = read(client, "?q=lang:en&sort=newest&status=resolved&after=x")
    assert [f'name="{name}" value="{value}"' in page for name, value in (("sort", "newest"), ("status", "resolved"), ("after", "x"))] == [
        True, True, False,
    ]  # fmt: skip


def test_mine_is_mine_however_it_is_asked_for(clara: User, erik: User, desk: Desk) -> None:
    for query in ("?assignee=me", "?q=assignee:me", "?q=assignee:me+lang:en"):
        page = read(desk(clara), query)
        assert "<h1>Mine</h1>" in page
        assert re.search(r'data-go="mine"\s+aria-current="page"', page)
    assert "<h1>Queue</h1>" in read(desk(clara), f"?q=assignee:{erik.pk}") + read(desk(clara), "?q=-assignee:me")


def test_all_that_match_is_refused_while_a_part_of_the_box_cannot_be_read(desk: Desk) -> None:
    greta = somebody(*DAILY, Right.BULK, name="Greta Blum")
    make_ticket()

    answer = desk(greta).post("/tickets/picked/?q=staus:new", {"do": "assign:me", "all": "1"}, follow=True).content.decode()

    assert "Did you mean “status”?" in answer
    assert "Take: 1 ticket?" not in answer


def test_the_part_of_the_page_is_drawn_alone_where_another_is_replaced(clara: User, erik: User, desk: Desk) -> None:
    ticket = make_ticket(subject="Lost sword", language="de")
    assign(ticket, to=erik, by=operator(erik))
    client = desk(clara)

    part = client.get("/tickets/?q=lang:de", headers=HTMX | {"HX-Target": "queue"}).content.decode()

    assert part.strip().startswith('<div id="queue">') and "<html" not in part
    assert subjects(part) == ["Lost sword"] and box(part) == "lang:de"
    opened = client.get(f"/tickets/?q={ticket.number}", headers=HTMX | {"HX-Target": "queue"})
    assert opened["HX-Redirect"] == f"/tickets/{ticket.number}/"


@pytest.mark.parametrize(
    "typed",
    ["(" * 1_000, "OR AND NOT -", "%_*?", "\x00", "😀 مرحبا \u202e", "a " * 900, "x" * 10_000, "game:" * 500, "-" * 2_000, 'tag:"' * 300],
)
def test_nothing_that_is_typed_breaks_a_menu(clara: User, desk: Desk, typed: str) -> None:
    client = desk(clara)

    for address in ("/tickets/", "/tickets/filters/", "/tickets/filters/tag/", "/tickets/filters/created/", "/tickets/filters/replies/"):
        for field in ("q", "find", "said", "v", "least", "age", "place", "game", "assignee"):
            assert client.get(address, {field: typed}).status_code in {200, 302}
    for field in ("q", "said", "v", "least", "age"):
        for name in ("tag", "number", "created", "replies", "player_name"):
            assert client.get(f"/tickets/filters/{name}/", {field: typed, "do": "1"}).status_code in {302, 422}
