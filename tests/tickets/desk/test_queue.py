"""The queue: what is in it, in which order, on which page, and what it costs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.desk import Post, make_game, make_player, make_ticket, newest_question, player_writes
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import Desk
from tickets.actors import operator
from tickets.desk.queue import selectors
from tickets.desk.queue.filters import Wanted
from tickets.models import Draft, Status
from tickets.services import outbox
from tickets.services.assign import assign
from tickets.services.drafts import save_draft
from tickets.services.edit import set_status
from tickets.services.reply import OutgoingMessage, send_reply

pytestmark = pytest.mark.django_db


def subjects(page: str) -> list[str]:
    return [re.sub("</?mark>", "", found) for found in re.findall(r'class="subject">(.*?)</span>', page)]


def read(client: Client, query: str = "") -> str:
    answer = client.get(f"/tickets/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_who_waits_longest_stands_first(clara: User, desk: Desk, travel: Travel) -> None:
    make_ticket(subject="Second", at=travel.moment - timedelta(hours=1))
    make_ticket(subject="Third", at=travel.moment - timedelta(minutes=5))
    make_ticket(subject="First", at=travel.moment - timedelta(hours=6))

    page = read(desk(clara))

    assert subjects(page) == ["First", "Second", "Third"]
    assert "6 h" in page


def test_each_tab_shows_its_status_and_says_how_many(clara: User, desk: Desk) -> None:
    make_ticket(subject="Untouched")
    checked = make_ticket(subject="Being checked")
    set_status(checked, Status.IN_PROGRESS, by=operator(clara))

    page = read(desk(clara), "?status=in_progress")

    assert subjects(page) == ["Being checked"]
    counts = dict(re.findall(r'st-(\w+)">[^<]*</span>\s*<span class="n">([^<]+)<', page.split('class="filters"')[0]))
    assert (counts["new"], counts["in_progress"], counts["closed"]) == ("1", "1", "0")


def test_a_player_who_waits_is_shown_whatever_the_status(clara: User, desk: Desk) -> None:
    ticket = make_ticket(subject="On hold, but he waits")
    set_status(ticket, Status.IN_PROGRESS, by=operator(clara))

    assert subjects(read(desk(clara))) == ["On hold, but he waits"]


def test_the_address_is_the_filter(clara: User, erik: User, desk: Desk) -> None:
    tide = make_game("tideborn")
    make_ticket(subject="Ember, German", language="de")
    hers = make_ticket(subject="Tide, hers", game=tide)
    assign(hers, to=clara, by=operator(erik))
    his = make_ticket(subject="Tide, his", game=tide)
    assign(his, to=erik, by=operator(erik))
    client = desk(clara)

    assert subjects(read(client, "?language=de")) == ["Ember, German"]
    assert subjects(read(client, "?game=tideborn&assignee=me")) == ["Tide, hers"]
    assert subjects(read(client, "?game=tideborn&assignee=nobody")) == []
    assert subjects(read(client, f"?assignee={erik.pk}")) == ["Tide, his"]


def test_any_field_of_the_registry_can_stand_in_the_address_and_can_be_taken_off_it(clara: User, desk: Desk) -> None:
    make_ticket(subject="By post")
    make_ticket(subject="By parcel", channel="parcel")

    page = read(desk(clara), "?channel=parcel&status=new&after=x")

    assert subjects(page) == ["By parcel"]
    assert "Channel: parcel" in page
    assert 'href="/tickets/?status=new" aria-label="Without “Channel: parcel”"' in " ".join(page.split())


def test_what_an_address_says_wrongly_is_told(clara: User, desk: Desk) -> None:
    make_ticket(subject="All the same")

    page = read(desk(clara), "?assignee=1%20OR%201&waits=perhaps")

    assert subjects(page) == ["All the same"]
    assert "“With” cannot be “1 OR 1”" in page and "“Waits for an answer” cannot be “perhaps”" in page


@pytest.mark.parametrize(
    "query",
    ["?status=bogus", "?assignee=1%20OR%201", "?after=not-a-cursor", "?team=99999999999999999999", "?q=%00", "?sort=;--", "?game=nowhere"],
)
def test_a_bent_address_is_never_an_error(clara: User, desk: Desk, query: str) -> None:
    make_ticket()

    read(desk(clara), query)


@pytest.mark.parametrize("query", ["", "?sort=newest", "?sort=due", "?sort=urgent"])
def test_fifty_a_page_and_no_row_twice(clara: User, desk: Desk, travel: Travel, query: str) -> None:
    player = make_player()
    for number in range(53):
        make_ticket(subject=f"T{number:02}", player=player, at=travel.moment - timedelta(minutes=60 - number % 7))
    client = desk(clara)

    first = read(client, query)
    later = re.search(r'href="(\?[^"]*after=[^"]*)" data-key="\]"', first).group(1).replace("&amp;", "&")
    second = read(client, later)
    earlier = re.search(r'href="(\?[^"]*after=[^"]*)" data-key="\["', second).group(1).replace("&amp;", "&")

    assert len(subjects(first)) == 50
    assert sorted(subjects(first) + subjects(second)) == [f"T{n:02}" for n in range(53)]
    assert subjects(read(client, earlier)) == subjects(first)


def test_nobody_sees_or_counts_what_is_not_his(desk: Desk) -> None:
    ember, tide = make_game("emberfall"), make_game("tideborn")
    make_ticket(subject="Mine to see", game=ember)
    make_ticket(subject="Not mine", game=tide)
    nina = somebody(Right.VIEW, name="Nina", game=ember)

    page = read(desk(nina))

    assert subjects(page) == ["Mine to see"]
    assert re.search(r'To answer</span>\s*<span class="n">1<', page)
    assert "Tideborn" not in page
    assert "Take next" not in page  # what she may not do is not drawn


def test_the_queue_costs_the_same_for_one_or_fifty(clara: User, desk: Desk) -> None:
    client = desk(clara)
    make_ticket()
    with CaptureQueriesContext(connection) as few:
        read(client)
    for _ in range(55):
        make_ticket()
    with CaptureQueriesContext(connection) as many:
        read(client)

    assert len(many) == len(few) <= 12


def test_counts_of_done_work_stop_at_the_limit(clara: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "COUNTED", 2)
    for _ in range(4):
        set_status(make_ticket(), Status.RESOLVED, by=operator(clara))
    for _ in range(4):
        make_ticket()

    counts = selectors.tab_counts(Wanted(clara, tab="all").apply(selectors.visible_tickets(clara)))

    assert (counts["resolved"], counts["new"], counts["to_answer"]) == (3, 4, 8)


def test_news_are_counted_and_move_no_row(clara: User, desk: Desk) -> None:
    client = desk(clara)
    make_ticket()
    since = re.search(r"since=(\d+)", read(client)).group(1)
    make_ticket()
    make_ticket()

    fragment = client.get(f"/tickets/updates/?since={since}", headers={"HX-Request": "true"}).content.decode()

    assert "2 new or changed" in fragment
    assert 'id="tabs"' in fragment and 'hx-swap-oob="true"' in fragment
    assert "<tr" not in fragment


def test_a_page_does_not_wait_long_for_numbers_and_a_list_that_takes_too_long_says_so(
    clara: User, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ticket(subject="Lost sword")
    monkeypatch.setattr(selectors, "COUNTED_AT_ONCE", 0.001)
    monkeypatch.setattr(selectors, "tab_counts", sleeps)
    page = desk(clara).get("/tickets/?q=language:en").content.decode()
    assert "Lost sword" in page and "every 15s, load" in page

    monkeypatch.setattr(selectors, "PATIENCE", 0.001)
    monkeypatch.setattr(selectors, "keyset_page", sleeps)
    assert "That would take too long." in desk(clara).get("/tickets/?q=language:en").content.decode()


def sleeps(*_asked: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")


def test_a_ticket_number_in_the_search_field_opens_it(clara: User, desk: Desk) -> None:
    ticket = make_ticket()

    answer = desk(clara).get("/tickets/", {"q": ticket.number.lower(), "status": "all"})

    assert answer.status_code == 302
    assert answer["Location"] == f"/tickets/{ticket.number}/"


def test_an_empty_queue_says_what_that_means(clara: User, desk: Desk) -> None:
    client = desk(clara)

    assert "Nobody waits for an answer" in read(client)
    assert "Nothing fits these filters" in read(client, "?language=de")
    assert "Nothing found for" in read(client, "?q=unicorn&status=all")


def test_the_next_neighbour_follows_the_view_somebody_came_from(clara: User, desk: Desk, travel: Travel) -> None:
    old = make_ticket(at=travel.moment - timedelta(hours=3))
    make_ticket(at=travel.moment - timedelta(hours=2), language="de")
    young = make_ticket(at=travel.moment - timedelta(hours=1))
    client = desk(clara)

    assert client.get(f"/tickets/{old.number}/step/next/?language=en")["Location"] == f"/tickets/{young.number}/?language=en"
    assert client.get(f"/tickets/{young.number}/step/previous/?language=en")["Location"] == f"/tickets/{old.number}/?language=en"
    assert client.get(f"/tickets/{young.number}/step/next/?language=en")["Location"] == "/tickets/?language=en"


def test_a_row_says_whose_words_wait_in_its_composer(clara: User, erik: User, desk: Desk) -> None:
    mine, his, both = (make_ticket(subject=subject) for subject in ("Mine", "His", "Both"))
    for ticket, author in ((mine, clara), (his, erik), (both, erik), (both, clara)):
        save_draft(ticket, author=author, kind=Draft.Kind.NOTE, text="Half a thought")
    save_draft(make_ticket(subject="Emptied"), author=clara, kind=Draft.Kind.REPLY, text="")

    rows = marks(read(desk(clara)))

    assert rows == {"Mine": "draft", "His": "Erik Holm has a draft here", "Both": "draft", "Emptied": ""}


def test_a_reply_that_came_back_is_seen_from_the_queue_until_it_is_sent(
    clara: User, erik: User, desk: Desk, travel: Travel, the_post: Post
) -> None:
    ticket = make_ticket(subject="Sword")
    seen = newest_question(ticket)
    send_reply(ticket, OutgoingMessage("Found it!", answers_upto=seen), by=operator(clara))
    player_writes(ticket, "I have found it myself!")
    travel.forward(minutes=1)
    outbox.send_due()

    assert marks(read(desk(clara))) == {"Sword": "came back"}
    assert marks(read(desk(erik))) == {"Sword": "Clara Novak has a draft here"}

    send_reply(ticket, OutgoingMessage("So you did.", answers_upto=newest_question(ticket)), by=operator(clara))
    assert marks(read(desk(clara))) == {"Sword": ""}


def marks(page: str) -> dict[str, str]:
    """What stands before the subject of each row, in words."""
    cells = re.findall(r'<td class="c-subject"><a[^>]*>(.*?)<span id="[^"]*" class="subject">([^<]+)<', page, re.DOTALL)
    return {subject: re.sub(r"<[^>]*>", "", before).strip() for before, subject in cells}
