"""Searching on the queue's page: the order, what is marked, what is told, and the ticket that is opened at its find."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from psycopg.errors import QueryCanceled

from helpdesk.staff.models import User
from tests.factories.desk import make_player, make_ticket
from tests.factories.search import index_all
from tests.tickets.desk.conftest import Desk
from tests.tickets.desk.test_queue import read, subjects
from tickets.actors import operator
from tickets.desk.queue import finding
from tickets.models import Status, Ticket
from tickets.search import postgres
from tickets.services.edit import set_status
from tickets.services.reply import add_note

pytestmark = pytest.mark.django_db


def search(client: Client, typed: str, more: str = "&status=all") -> str:
    index_all()
    return read(client, f"?q={quote(typed)}{more}")


def marks(page: str) -> list[str]:
    return re.findall("<mark>(.*?)</mark>", page)


def test_finds_are_marked_as_they_are_written(clara: User, desk: Desk) -> None:
    make_ticket("Hello & welcome. My <b>Purchases</b> never arrived, my purchase is lost.", subject="The purchase")

    page = search(desk(clara), "purchases")

    assert marks(page) == ["purchase", "Purchases", "purchase"]
    assert "&lt;b&gt;<mark>Purchases</mark>&lt;/b&gt;" in page


def test_notes_are_shown_to_those_alone_who_may_read_them(clara: User, desk: Desk) -> None:
    ticket = make_ticket("I like gems", subject="Gems")
    add_note(ticket, "gems gems: surely a smuggler of gems", by=operator(clara))

    assert "smuggler" in search(desk(clara), "smuggler gems")


def test_the_best_comes_first_until_a_column_is_chosen(clara: User, desk: Desk) -> None:
    make_ticket("I have gems", subject="Old")
    make_ticket("hello", subject="Gems gems")
    make_ticket("about gems", subject="New", player=make_player("Bo"))
    client = desk(clara)

    assert subjects(search(client, "gems"))[0] == "Gems gems"
    assert subjects(search(client, "gems", "&status=all&sort=newest")) == ["New", "Gems gems", "Old"]
    assert subjects(search(client, "lang:en", "&status=all&sort=best")) == subjects(search(client, "lang:en"))


def test_a_slip_is_forgiven_and_told(clara: User, desk: Desk) -> None:
    make_ticket("My crystals are gone", subject="Lost")
    client = desk(clara)

    page = search(client, "cristals")
    assert subjects(page) == ["Lost"]
    assert "nearly the same: crystals." in page
    assert "loose=near" in page  # what is done with the list finds the same again
    assert subjects(search(client, "cristals", "&status=all&loose=no")) == []
    assert "No ticket has all of these words" in search(client, "my crystals were gone yesterday")


def test_tabs_and_neighbours_are_those_of_the_search(clara: User, desk: Desk) -> None:
    tickets = [make_ticket("gems " * n, subject=f"With {n}") for n in (1, 2, 3)]
    set_status(tickets[0], Status.RESOLVED, by=operator(clara))
    client = desk(clara)

    order = subjects(search(client, "gems"))
    assert set(subjects(search(client, "gems", "&status=new"))) == {"With 2", "With 3"}
    first = Ticket.objects.get(subject=order[0])
    there = client.get(f"/tickets/{first.number}/step/next/?q=gems&status=all")["Location"]
    assert Ticket.objects.get(subject=order[1]).number in there


def test_pages_follow_each_other_without_a_gap(clara: User, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PAGE", 2)
    for n in range(5):
        make_ticket("gems", subject=f"Gem {n}")
    client, seen, more = desk(clara), list[str](), "&status=all"
    while True:
        page = search(client, "gems", more)
        seen += subjects(page)
        later = re.search(r'href="([^"]*after=(\d+)[^"]*)" data-key="\]"', page)
        if not later:
            break
        more = f"&status=all&after={later[2]}"

    assert len(seen) == len(set(seen)) == 5


def test_only_the_newest_are_compared_and_that_is_told(clara: User, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "RANKED", 3)
    for n in range(5):
        make_ticket("gems", subject=f"Gem {n}")

    page = search(desk(clara), "gems")

    assert set(subjects(page)) == {"Gem 2", "Gem 3", "Gem 4"}
    assert "the best of the newest" in page
    assert len(subjects(search(desk(clara), "gems", "&status=all&sort=newest"))) == 5


def test_what_takes_too_long_is_told(clara: User, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_args: Any, **_more: Any) -> None:
        raise OperationalError from QueryCanceled()

    monkeypatch.setattr(postgres, "ranked", slow)

    assert "That is too much to look through" in search(desk(clara), "gems")


def test_the_ticket_knows_what_it_was_found_by(clara: User, desk: Desk) -> None:
    ticket = make_ticket("Мои кристаллы пропали. </script> Кристаллов нет.", subject="Кристаллы", language="ru")
    client = desk(clara)

    page = client.get(f"/tickets/{ticket.number}/?q={quote('кристалл')}&status=all").content.decode()
    found = re.search(r'<script id="found" type="application/json">(.*?)</script>', page)
    assert found is not None
    assert json.loads(found[1]) == ["Кристаллов", "кристаллы"]
    assert "found.js" in page
    assert "found.js" not in client.get(f"/tickets/{ticket.number}/").content.decode()


def tried(lines: list[str], monkeypatch: pytest.MonkeyPatch, *more: str) -> Iterator[dict[str, Any]]:
    index_all()
    out = StringIO()
    monkeypatch.setattr("sys.stdin", StringIO("\n".join(lines)))
    call_command("search_try", *more, stdout=out)
    return map(json.loads, out.getvalue().splitlines())


def test_it_is_tried_from_outside(clara: User, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = make_ticket("My crystals are gone", subject="Lost")
    asked = [json.dumps({"q": q}) for q in ("crystal", "cristals", "lang:en", "unicorn", ")")]
    asked.append(json.dumps({"q": "gone", "sort": "newest"}))

    found = list(tried(asked, monkeypatch, "--engine", "postgres", "--as", clara.email))

    assert [one["numbers"] for one in found] == [[ticket.number]] * 3 + [[], [ticket.number], [ticket.number]]
    assert [one["count"] for one in found] == [1, 1, 1, 0, 1, 1]
    assert [one["loose"] for one in found][:2] == ["", "near"]
    assert found[5]["sort"] == "-created"
    assert all(one["ms"] >= 0 for one in found)
    with pytest.raises(CommandError, match="Line 1"):
        list(tried(["gone"], monkeypatch, "--as", clara.email))
    with pytest.raises(CommandError, match="Nobody signs in"):
        list(tried([], monkeypatch, "--as", "nobody@studio.example"))
