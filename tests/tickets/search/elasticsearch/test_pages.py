"""The queue, searched by Elasticsearch: its pages, orders, tabs and rights; and by PostgreSQL while that is away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from elasticsearch import ConnectionTimeout, Elasticsearch

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.desk import make_game, make_ticket
from tests.factories.search import index_all
from tests.factories.staff import somebody
from tests.tickets.search.elasticsearch.conftest import NOBODY
from tickets.actors import operator
from tickets.desk.queue import finding
from tickets.desk.queue.filters import Wanted
from tickets.filters.columns import Columns
from tickets.models import Status, Ticket
from tickets.search import postgres
from tickets.search.elasticsearch import server
from tickets.services.edit import set_status

pytestmark = pytest.mark.django_db
STOOD_IN = "Elasticsearch does not answer; PostgreSQL has searched instead."


@pytest.fixture
def reader(client: Client, db: None) -> User:
    person = somebody(Right.VIEW, Right.REPLY, Right.SET_STATUS, name="Olga Ward", game=make_game())
    client.force_login(person)
    return person


@pytest.fixture
def elastic_alone(elastic: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> Elasticsearch:
    """PostgreSQL does not search."""

    def never(*_asked: Any, **_more: Any) -> None:
        raise AssertionError("PostgreSQL was asked")

    monkeypatch.setattr(postgres, "ranked", never)
    monkeypatch.setattr(finding, "_page", never)
    return elastic


def read(client: Client, asked: str) -> str:
    return client.get(reverse("desk:queue") + asked).content.decode()


def wanted(q: str, reader: User, more: str = "") -> Wanted:
    return Wanted.of(QueryDict(f"q={quote(q)}{more}"), reader)


@pytest.mark.parametrize("sort", ["best", "newest", "oldest", "waiting", "changed", "due"])
def test_paging_gives_each_ticket_once_there_and_back(
    reader: User, elastic_alone: Elasticsearch, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "PAGE", 3)
    tickets = [make_ticket(subject="Crystal") for _each in range(8)]
    index_all()

    asked, cursor = wanted("crystal", reader, f"&status=all&sort={sort}"), ""
    pages = list[list[int]]()
    while not pages or cursor:
        found = finding.find(reader, asked, Columns((), reader), cursor)[1]
        pages.append([row.pk for row in found.rows])
        cursor = found.later

    assert [len(page) for page in pages] == [3, 3, 2]
    assert sorted(pk for page in pages for pk in page) == [ticket.pk for ticket in tickets]
    before = finding.find(reader, asked, Columns((), reader), found.earlier)[1]
    assert [row.pk for row in before.rows] == pages[1]
    if sort in {"newest", "oldest"}:
        assert sum(pages, []) == sorted((ticket.pk for ticket in tickets), reverse=sort == "newest")


def test_counts_are_exact_on_every_tab_and_rights_hold(reader: User, elastic_alone: Elasticsearch) -> None:
    here, *others = (make_ticket(subject=f"Crystal {nth}") for nth in range(3))
    make_ticket(subject="Crystal elsewhere", game=make_game("tideborn"))
    set_status(here, Status.RESOLVED, by=operator(reader))
    index_all()

    found = finding.find(reader, wanted("crystal", reader, "&status=new"), Columns((), reader))[1]

    counts = {"to_answer": 3, "new": 2, "resolved": 1, "all": 3}  # nobody has told the player of the one that is resolved
    assert {tab.name: tab.count for tab in found.tabs if tab.count} == counts
    assert {name: count for name, count in finding.counts(reader, wanted("crystal", reader)).items() if count} == counts
    assert [row.pk for row in found.rows] == [ticket.pk for ticket in reversed(others)]


def test_what_the_index_says_wrongly_is_not_shown(client: Client, reader: User, elastic_alone: Elasticsearch) -> None:
    ticket = make_ticket(subject="Crystal 1")
    make_ticket(subject="Crystal 2")
    index_all()
    Ticket.objects.filter(pk=ticket.pk).update(game=make_game("tideborn"))

    page = read(client, "?q=crystal&status=all")

    assert "Crystal</mark> 2" in page and "Crystal</mark> 1" not in page


def test_typos_and_neighbours(client: Client, reader: User, elastic_alone: Elasticsearch) -> None:
    first, second = (make_ticket("My crystals are gone", subject=f"Crystal {nth}") for nth in range(2))
    index_all()

    page = read(client, "?q=cristal&status=all")
    assert "nearly the same" in page and "Crystal</mark> 1" in page
    asked = wanted("crystal", reader)
    assert finding.beside(reader, asked, first) == (second.number, "")
    assert finding.beside(reader, asked, second) == ("", first.number)


def test_what_it_cannot_say_postgresql_answers_without_a_word(client: Client, reader: User, elastic: Elasticsearch) -> None:
    make_ticket(subject="Crystal 1")
    index_all()

    page = read(client, "?q=" + quote("crystal replies:0") + "&status=all")

    assert "Crystal</mark> 1" in page and STOOD_IN not in page


def test_while_it_is_away_postgresql_searches_and_the_page_says_so(
    client: Client, reader: User, elastic: Elasticsearch, settings: Any, travel: Travel
) -> None:
    there, settings.ELASTICSEARCH_URL = settings.ELASTICSEARCH_URL, NOBODY
    make_ticket(subject="Crystal 1")
    index_all()

    for _time in range(2):  # who finds it away, and who knows that already
        page = read(client, "?q=crystal&status=all")
        assert "Crystal</mark> 1" in page and STOOD_IN in page
    assert server.is_away()
    assert client.get("/readyz").json()["parts"]["search"] == "degraded"

    settings.ELASTICSEARCH_URL = there
    travel.forward(seconds=server.PAUSE / timedelta(seconds=1) + 1)
    index_all()
    page = read(client, "?q=crystal&status=all")
    assert "Crystal</mark> 1" in page and STOOD_IN not in page


def test_a_slow_answer_is_postgresqls(client: Client, reader: User, elastic: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    make_ticket(subject="Crystal 1")
    index_all()

    def slowly(*_asked: Any, **_more: Any) -> None:
        raise ConnectionTimeout("it is thinking")

    with monkeypatch.context() as patch:
        patch.setattr(Elasticsearch, "search", slowly)
        for _time in range(2):
            page = read(client, "?q=crystal&status=all")
            assert "Crystal</mark> 1" in page
            assert STOOD_IN in page

    assert server.is_away(), "of two who say so one is right"


def test_an_order_that_no_document_has_is_postgres_to_answer(reader: User, elastic: Elasticsearch) -> None:
    low, high = make_ticket(subject="Crystal"), make_ticket(subject="Crystal")
    Ticket.objects.filter(pk=high.pk).update(priority=4)
    index_all()

    found = finding.find(reader, wanted("crystal", reader, "&sort=urgent"), Columns((), reader))[1]

    assert [row.pk for row in found.rows] == [high.pk, low.pk]
    assert found.engine == "postgres" and not found.stands_in
