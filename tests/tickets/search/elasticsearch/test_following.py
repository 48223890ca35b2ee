"""What changes comes to Elasticsearch, in its order, once it is there; what it does not take stops nobody and is shown."""

from __future__ import annotations

from typing import Any

import pytest
from elasticsearch import Elasticsearch

from helpdesk.base import parking
from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import make_ticket
from tests.tickets.search.elasticsearch.conftest import kept
from tickets import drain
from tickets.actors import operator
from tickets.models import Delivery, Lane, Message, Status, Ticket
from tickets.search.elasticsearch import documents, indexes, server
from tickets.search.elasticsearch.follower import TRIES, follow
from tickets.search.elasticsearch.marks import mark, revision
from tickets.search.models import SearchPush
from tickets.services.edit import rename, set_status

pytestmark = pytest.mark.django_db


def hear() -> None:
    """Whatever has happened is heard, and brought."""
    while Delivery.objects.filter(lane=Lane.BULK).exists() and drain.drain(Lane.BULK):
        pass
    follow(seconds=60)


def test_what_happens_to_a_ticket_is_brought(elastic: Elasticsearch, olga: User) -> None:
    ticket = make_ticket("My crystals never arrived.", subject="Gems")
    hear()
    assert kept(elastic, ticket.pk)["status"] == "new"

    set_status(ticket, Status.IN_PROGRESS, by=operator(olga))
    rename(ticket, "Diamonds", by=operator(olga))
    hear()

    there = kept(elastic, ticket.pk)
    assert (there["status"], there["subject"], there["text"]) == ("in_progress", ["diamond"], ["my crystal never arriv"])
    assert not SearchPush.objects.exists()


def test_where_postgresql_searches_nothing_is_marked(settings: Any, db: None) -> None:
    settings.SEARCH_ENGINE = "postgres"
    mark([make_ticket().pk])

    assert not SearchPush.objects.exists()
    assert not Delivery.objects.filter(subscriber="elasticsearch").exists()
    assert follow(seconds=60) == 0


def test_erased_words_leave_it(elastic: Elasticsearch) -> None:
    ticket = make_ticket("Call me Ishmael", subject="A name")
    hear()
    assert "ishmael" in kept(elastic, ticket.pk)["text"][0]

    Message.objects.filter(ticket=ticket).update(text="")
    mark([ticket.pk])
    follow(seconds=60)

    assert kept(elastic, ticket.pk)["text"] == []


def test_what_has_no_ticket_any_more_goes(elastic: Elasticsearch) -> None:
    ticket = make_ticket()
    hear()
    pk = ticket.pk
    assert kept(elastic, pk)
    Ticket.objects.filter(pk=pk).update(merged_into=None)
    mark([pk + 1_000])  # never was there: nothing to do, and no trouble

    indexes.write(indexes.actions([indexes.alias()], {pk: revision()}, {}))
    follow(seconds=60)

    assert kept(elastic, pk) is None
    assert not SearchPush.objects.exists()


def test_an_older_state_never_comes_over_a_newer_one(elastic: Elasticsearch, olga: User) -> None:
    ticket = make_ticket(subject="First")
    late, old = revision(), documents.sources([ticket.pk])
    rename(ticket, "Second", by=operator(olga))
    mark([ticket.pk])
    follow(seconds=60)

    failed = indexes.write(indexes.actions([indexes.alias()], {ticket.pk: late}, old))

    assert (failed, kept(elastic, ticket.pk)["subject"]) == ({}, ["second"])


def test_what_changes_while_it_is_brought_is_brought_again(elastic: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = make_ticket(subject="First")
    mark([ticket.pk])
    really, once = documents.each_source, []

    def change_then_read(ids: Any) -> Any:
        found = really(ids)
        if not once:
            once.append(1)
            Ticket.objects.filter(pk=ticket.pk).update(subject="Second")
            mark([ticket.pk])
        return found

    monkeypatch.setattr(documents, "each_source", change_then_read)
    follow(seconds=60)

    assert kept(elastic, ticket.pk)["subject"] == ["second"]
    assert not SearchPush.objects.exists()


def test_marks_wait_for_a_server_that_is_away_and_are_brought_when_it_is_back(
    gone: str, elastic: Elasticsearch, settings: Any, travel: Travel
) -> None:
    ticket = make_ticket()
    mark([ticket.pk])

    assert follow(seconds=60) == 0
    assert server.is_away()
    assert SearchPush.objects.get().claimed_until is None

    settings.ELASTICSEARCH_URL = gone
    assert follow(seconds=60) == 0, "it is left alone for a while"
    travel.forward(seconds=20)
    assert follow(seconds=60) == 1
    assert not server.is_away()
    assert kept(elastic, ticket.pk)


def test_a_ticket_that_cannot_be_read_stops_no_other(elastic: Elasticsearch, monkeypatch: pytest.MonkeyPatch, travel: Travel) -> None:
    good, bad = make_ticket(subject="Good"), make_ticket(subject="Bad")
    mark([good.pk, bad.pk])
    really = documents.documents

    def read(ids: Any) -> Any:
        if bad.pk in ids:
            raise ValueError("no such letter")
        return really(ids)

    monkeypatch.setattr(documents, "documents", read)
    for _try in range(TRIES):
        follow(seconds=60)
        travel.forward(minutes=1)

    assert kept(elastic, good.pk)
    row = SearchPush.objects.get()
    assert (row.ticket_id, row.parked_at is not None) == (bad.pk, True)
    assert "no such letter" in row.reason
    assert parking.counts()["search"] == 1

    monkeypatch.setattr(documents, "documents", really)
    lot = parking.lot("search")
    assert lot and lot.tickets([row.pk]) == {row.pk: bad.pk} and lot.retry([row.pk]) == 1
    follow(seconds=60)
    assert kept(elastic, bad.pk)
    assert parking.counts()["search"] == 0


def test_what_the_server_refuses_stops_no_other(elastic: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = make_ticket(subject="Good"), make_ticket(subject="Bad")
    mark([good.pk, bad.pk])
    really = documents.sources

    def odd(ids: Any) -> Any:
        return {pk: source | ({"game_id": "secret words"} if pk == bad.pk else {}) for pk, source in really(ids).items()}

    monkeypatch.setattr(documents, "sources", odd)
    follow(seconds=60)

    assert kept(elastic, good.pk)
    row = SearchPush.objects.get()
    assert (row.ticket_id, row.failures) == (bad.pk, 1)
    assert row.reason.startswith("document_parsing_exception: ") and "secret" not in row.reason


def test_a_request_that_is_refused_as_a_whole_is_parted(elastic: Elasticsearch) -> None:
    good, other = make_ticket(subject="Good"), make_ticket(subject="Other")
    wanted = indexes.actions([indexes.alias()], dict.fromkeys((good.pk, other.pk), revision()), documents.sources([good.pk, other.pk]))
    wanted[0]["_op_type"] = "no such deed"

    failed = indexes.write(wanted)

    assert list(failed) == [good.pk] and kept(elastic, other.pk)
