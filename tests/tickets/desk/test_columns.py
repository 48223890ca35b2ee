"""Columns and sorting of one's own in the queue: what the address says, what is kept, and that every order pages each row once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.desk import make_game, make_player, make_ticket
from tests.factories.search import index_all
from tests.factories.staff import somebody
from tests.tickets.deeds import rolled_back
from tests.tickets.desk.conftest import DAILY, Desk
from tests.tickets.desk.test_queue import read, subjects
from tickets.actors import operator
from tickets.desk.models import ListLook
from tickets.desk.queue import selectors
from tickets.desk.queue.filters import Wanted
from tickets.filters.columns import Columns, orders
from tickets.models import FAR, Status, Ticket
from tickets.services.edit import set_tags

pytestmark = pytest.mark.django_db
SEES = (Right.SEE_PLAYER_PAYMENTS, Right.SEE_RATING)


@pytest.fixture
def greta(db: None) -> User:
    return somebody(*DAILY, *SEES, name="Greta Blum")


def heads(page: str) -> list[str]:
    """The headings, in their order, without the one over the picks."""
    cells = re.findall(r"<th class=\"c-(?!pick)[^>]*>(.*?)</th>", page, re.DOTALL)
    return [re.sub(r"<[^>]*>", "", cell).strip() for cell in cells]


def cells(page: str, subject: str) -> list[str]:
    """What stands in a row beside what everybody sees."""
    row = next(one for one in page.split("<tr data-row")[1:] if f">{subject}<" in one)
    return [re.sub(r"<span class=\"what\">[^<]*</span>|<[^>]*>", "", cell) for cell in re.findall(r'<td class="c-more">(.*?)</td>', row)]


def test_the_address_says_which_columns_in_which_order(greta: User, desk: Desk) -> None:
    ticket = make_ticket(subject="Sword")
    page = read(desk(greta), "?columns=number,subject,team,waiting_since,replies")

    assert heads(page) == ["Number", "Message", "Team", "Waiting", "Answers"]
    assert cells(page, "Sword") == [ticket.number, "–", "0"]


def test_a_list_without_the_way_to_the_ticket_is_none(greta: User, desk: Desk) -> None:
    make_ticket(subject="Sword")

    assert heads(read(desk(greta), "?columns=number")) == ["Number", "Message"]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("?columns=subject,magic", "There is nothing called “magic”"),
        ("?columns=subject,text", "“Text” cannot be a column"),
        ("?columns=subject,address", "You may not see “Mail address”"),
        ("?sort=-address", "You may not see “Mail address”"),
        ("?sort=tag", "One cannot sort by “Tag”"),
        ("?sort=longest", "There is nothing called “longest”"),
        ("?columns=" + ",".join(f"c{n}" for n in range(40)), "A list has at most 30 columns"),
    ],
)
def test_what_cannot_be_is_told(desk: Desk, query: str, why: str) -> None:
    make_ticket(subject="All the same")

    page = read(desk(somebody(Right.VIEW, Right.SEE_PLAYER, name="Nina Holm")), query)

    assert subjects(page) == ["All the same"]
    assert why in page


def test_a_value_that_is_not_the_readers_is_a_dash_that_says_why(desk: Desk) -> None:
    ember, tide = make_game("emberfall"), make_game("tideborn")
    for subject, game in (("Hers", ember), ("Not hers", tide)):
        player = make_player()
        player.tier = "Whale"
        player.save()
        make_ticket(subject=subject, game=game, player=player)
    nina = somebody(*DAILY, name="Nina Holm")
    somebody(*SEES, name="Other", game=ember).grants.update(user=nina)
    client = desk(User.objects.get(pk=nina.pk))

    page = read(client, "?columns=subject,tier")

    assert (cells(page, "Hers"), cells(page, "Not hers")) == (["Whale"], ["–"])
    assert page.count('title="You may not see this here."') == 1
    assert subjects(read(client, "?sort=-tier&columns=subject")) == ["Hers", "Not hers"]
    Ticket.objects.filter(subject="Not hers").get().player.__class__.objects.update(tier="Zander")
    assert subjects(read(client, "?sort=-tier&columns=subject")) == ["Hers", "Not hers"]  # the hidden one moves nothing


def test_a_heading_sorts_and_turns_the_order_round(greta: User, desk: Desk, travel: Travel) -> None:
    make_ticket(subject="Old", at=travel.moment - timedelta(hours=3))
    make_ticket(subject="Young", at=travel.moment - timedelta(hours=1))
    client, columns = desk(greta), "columns=subject,created"

    first = read(client, f"?{columns}")
    assert 'aria-sort="ascending"' not in first.split('class="c-more"')[1][:200]
    link = re.search(r'href="(\?[^"]*sort=-created[^"]*)"', first.split("<thead")[1])
    assert link
    newest = read(client, link.group(1).replace("&amp;", "&"))
    assert subjects(newest) == ["Young", "Old"]
    assert re.search(r'c-more"[^>]*title="Opened"\s+aria-sort="descending"', newest)
    link = re.search(r'href="(\?[^"]*sort=created[^"]*)"', newest.split("<thead")[1])
    assert link
    assert subjects(read(client, link.group(1).replace("&amp;", "&"))) == ["Old", "Young"]


def test_a_choice_is_kept_for_the_person_until_it_is_given_up(greta: User, clara: User, desk: Desk) -> None:
    make_ticket()
    client = desk(greta)
    asked = client.get("/tickets/columns/?language=en").content.decode()
    assert re.findall(r'value="([\w.]+)"\s+checked', asked)[:3] == ["waiting_since", "player_name", "subject"]
    assert 'value="surveys.rating"' in asked and 'value="address"' in asked

    told = client.post("/tickets/columns/?language=en&after=x", {"column": ["subject", "created", "tier"], "density": "compact"})

    assert told["Location"] == "/tickets/?language=en&columns=subject%2Ccreated%2Ctier&density=compact"
    page = read(client)
    assert heads(page) == ["Message", "Opened", "Tier"] and 'class="queue compact"' in page
    assert heads(read(desk(clara)))[0] == "Waiting"
    assert heads(read(client, "?columns=subject,team&density=roomy")) == ["Message", "Team"]
    back = client.post("/tickets/columns/?columns=subject&density=compact", {"usual": "1", "column": ["tier"]})
    assert back["Location"] == "/tickets/?"
    assert len(heads(read(client))) == 7 and not ListLook.objects.exists()


def test_what_is_no_column_of_theirs_is_not_kept(desk: Desk) -> None:
    nina = somebody(Right.VIEW, name="Nina Holm")

    desk(nina).post("/tickets/columns/", {"column": ["tier", "number", "magic", "x" * 90, "words"], "density": "tiny"})

    assert ListLook.objects.values_list("columns", "density").get(user=nina) == (["number", "subject"], "roomy")


def test_all_columns_cost_no_more_statements_than_few(greta: User, desk: Desk) -> None:
    every = ",".join(order.field.name for order in orders(greta)) + ",tag,author,draft,nickname,account,has_note,replies,promise"
    client = desk(greta)
    for _number in range(5):
        set_tags(make_ticket(), [], by=operator(greta))
    costs = []
    for query in ("", f"?columns={every}"):
        read(client, query)
        with CaptureQueriesContext(connection) as queries:
            read(client, query)
        costs.append(len(queries))

    assert costs[1] <= costs[0] <= 12


@contextmanager
def tickets_of(ages: list[tuple[int, int, int, int]]) -> Iterator[list[int]]:
    """Tickets with many ties in whatever they are sorted by."""
    with rolled_back():
        for hour, place, rating, tier in ages:
            ticket = make_ticket(at=FAR.replace(year=2026, month=10, day=5, hour=hour))
            status = list(Status)[place] if place != 3 else Status.CLOSED
            until = ticket.created_at + timedelta(days=hour) if hour % 2 else None
            Ticket.objects.filter(pk=ticket.pk).update(
                status=status, rating=rating, pending_until=until, waiting_since=None if hour == 3 else ticket.created_at,
                waiting_key=FAR if hour == 3 else ticket.created_at, changed_at=ticket.created_at + timedelta(hours=rating),
            )  # fmt: skip
            ticket.player.tier = ["", "Dolphin", "Whale"][tier]
            ticket.player.save()
        yield list(Ticket.objects.order_by("pk").values_list("pk", flat=True))


def walk(reader: User, wanted: Wanted, between: Any = None) -> list[int]:
    """All pages to the end."""
    seen, cursor = [], ""
    while True:
        found = selectors.queue_page(reader, wanted, Columns([], reader), cursor)
        seen += [row.pk for row in found.rows]
        if not found.later:
            return seen
        cursor = found.later
        if between:
            between(seen)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ages=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6), st.integers(0, 5), st.integers(0, 2)), max_size=9),
    size=st.integers(1, 4),
    moved=st.integers(0, 8),
    after=st.integers(0, 3),
)
def test_every_order_pages_each_row_that_did_not_move_once_both_ways(
    *, ages: list[tuple[int, int, int, int]], size: int, moved: int, after: int, greta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "PAGE", size)
    with tickets_of(ages) as made:
        for order in orders(greta):
            up, down = (Wanted(greta, tab="all", sort=one.said) for one in (order, order.turned))
            there = walk(greta, up)
            assert sorted(there) == made
            assert walk(greta, down) == there[::-1], order.said

        mover = made[moved % len(made)] if made else None
        pages = iter(range(10))

        def moves(_seen: list[int]) -> None:
            if next(pages) == after:
                Ticket.objects.filter(pk=mover).update(waiting_since=None, waiting_key=FAR, rating=0)

        for order in orders(greta):
            with rolled_back():
                pages = iter(range(10))
                seen = walk(greta, Wanted(greta, tab="all", sort=order.said), moves)
            stayed = [pk for pk in seen if pk != mover]
            assert sorted(stayed) == [pk for pk in made if pk != mover], order.said


def test_the_way_back_is_the_way_there(greta: User, desk: Desk, travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "PAGE", 2)
    for tier in ("", "Whale", "Whale", "Dolphin", ""):
        ticket = make_ticket(subject=f"Of {tier or 'nobody'}")
        ticket.player.tier = tier
        ticket.player.save()
    client: Client = desk(greta)

    pages, page = [], read(client, "?sort=-tier&status=all")
    while True:
        pages.append(subjects(page))
        later = re.search(r'href="(\?[^"]*after=[^"]*)" data-key="\]"', page)
        if later is None:
            break
        page = read(client, later.group(1).replace("&amp;", "&"))
    back = []
    while earlier := re.search(r'href="(\?[^"]*after=[^"]*)" data-key="\["', page):
        page = read(client, earlier.group(1).replace("&amp;", "&"))
        back.append(subjects(page))

    assert pages == [["Of Whale", "Of Whale"], ["Of Dolphin", "Of nobody"], ["Of nobody"]]
    assert back == pages[-2::-1]


def test_the_next_ticket_follows_any_order(greta: User, desk: Desk) -> None:
    low, high = make_ticket(subject="Low"), make_ticket(subject="High")
    Ticket.objects.filter(pk=low.pk).update(rating=1)
    Ticket.objects.filter(pk=high.pk).update(rating=5)

    answer = desk(greta).get(f"/tickets/{high.number}/step/next/?sort=-surveys.rating")

    assert answer["Location"] == f"/tickets/{low.number}/?sort=-surveys.rating"


def test_what_is_found_is_marked_in_any_columns_and_sorted_by_any_of_them(greta: User, desk: Desk) -> None:
    cheap, dear = make_ticket("My sword is gone", subject="Sword"), make_ticket("No sword any more", subject="A long story")
    for ticket, tier in ((cheap, "Dolphin"), (dear, "Whale")):
        ticket.player.tier = tier
        ticket.player.save()
    index_all()
    client = desk(greta)

    best = read(client, "?q=sword&columns=subject,tier")
    by_tier = read(client, "?q=sword&columns=subject,tier&sort=-tier")

    assert "Best match first" in best and "aria-sort" not in best and "<mark>sword</mark>" in best
    assert cells(best, "A long story") == ["Whale"]
    assert re.findall(r'data-row="(\d+)"', by_tier) == [str(dear.pk), str(cheap.pk)]
    assert 'aria-sort="descending"' in by_tier and "<mark>Sword</mark>" in by_tier


def test_the_best_match_is_no_order_of_what_was_not_searched(greta: User, desk: Desk) -> None:
    make_ticket(subject="Sword")

    page = read(desk(greta), "?sort=best")

    assert subjects(page) == ["Sword"] and "Best match first" not in page


def test_changes_are_sorted_both_ways_by_the_heading(greta: User, desk: Desk, travel: Travel) -> None:
    make_ticket(subject="Old", at=travel.moment - timedelta(hours=3))
    make_ticket(subject="Young", at=travel.moment - timedelta(hours=1))
    client = desk(greta)

    newest = read(client, "?sort=changed&columns=subject,changed")
    link = re.search(r'href="(\?[^"]*sort=%2Bchanged[^"]*)"', newest.split("<thead")[1])

    assert subjects(newest) == ["Young", "Old"] and link
    assert subjects(read(client, link.group(1).replace("&amp;", "&"))) == ["Old", "Young"]
