"""An index is made while writes go on, may stop at any moment, takes over when it is whole, and is made again when it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from elasticsearch import Elasticsearch

from tests.conftest import Travel
from tests.factories.desk import make_ticket
from tests.tickets.search.elasticsearch.conftest import NOBODY, kept
from tickets.models import Ticket
from tickets.search.elasticsearch import documents, indexes, server
from tickets.search.elasticsearch.finding import Standing, standing
from tickets.search.elasticsearch.follower import follow
from tickets.search.elasticsearch.marks import mark, revision
from tickets.search.models import SearchIndex, SearchPush

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(elastic: Elasticsearch, settings: Any, travel: Travel) -> Iterator[Elasticsearch]:
    """A server on which this desk has no index yet."""
    settings.ELASTICSEARCH_INDEX += "fresh"
    SearchIndex.objects.filter(engine="elasticsearch").delete()
    yield elastic
    if there := names(elastic):
        elastic.indices.delete(index=there)


def names(client: Elasticsearch) -> list[str]:
    return sorted(client.indices.get(index=f"{indexes.alias()}-*"))


def test_the_first_index_is_made_by_the_sweep_and_searched_when_it_is_whole(fresh: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "AT_ONCE", 2)
    tickets = [make_ticket() for _each in range(5)]
    assert standing() == Standing.UNMADE

    row = indexes.begin()
    assert indexes.step(row) and standing() == Standing.UNMADE
    assert SearchIndex.objects.get(pk=row.pk).upto == tickets[3].pk
    late = make_ticket()
    mark([late.pk])
    follow(seconds=60)
    steps = indexes.catch_up(seconds=60)  # another process goes on

    assert steps == 2 and standing() == Standing.READY
    assert all(kept(fresh, ticket.pk) for ticket in (*tickets, late))
    assert names(fresh) == [row.name] == list(fresh.indices.get_alias(name=indexes.alias()))


def test_while_another_is_made_both_get_what_changes_and_then_the_old_one_goes(fresh: Elasticsearch) -> None:
    ticket = make_ticket(subject="First")
    indexes.catch_up(seconds=60)
    old = names(fresh)

    new = indexes.begin(anew=True)
    assert indexes.begin(anew=True).pk == new.pk, "one that is being made is gone on with"
    indexes.step(new)
    Ticket.objects.filter(pk=ticket.pk).update(subject="Second")
    mark([ticket.pk])
    follow(seconds=60)
    assert kept(fresh, ticket.pk)["subject"] == ["second"]  # in the old one, which is searched
    assert standing() == Standing.READY
    while indexes.step(new):
        pass

    assert kept(fresh, ticket.pk)["subject"] == ["second"]
    assert names(fresh) == [new.name] != old
    assert list(SearchIndex.objects.filter(engine="elasticsearch").values_list("name", "live")) == [(new.name, True)]


def test_a_slow_builder_does_not_undo_what_a_follower_has_brought(fresh: Elasticsearch, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = make_ticket(subject="First")
    row = indexes.begin()
    really = documents.each_source

    def slowly(ids: Any) -> Any:
        found = really(ids)
        monkeypatch.setattr(documents, "each_source", really)
        Ticket.objects.filter(pk=ticket.pk).update(subject="Second")
        mark([ticket.pk])
        follow(seconds=60)
        return found

    monkeypatch.setattr(documents, "each_source", slowly)
    while indexes.step(row):
        pass

    assert kept(fresh, ticket.pk)["subject"] == ["second"]


def test_a_server_without_its_data_gets_them_again(fresh: Elasticsearch, travel: Travel) -> None:
    ticket = make_ticket()
    indexes.catch_up(seconds=60)
    fresh.indices.delete(index=names(fresh))
    travel.forward(minutes=2)

    indexes.catch_up(seconds=60)

    assert kept(fresh, ticket.pk)


def test_indexes_of_another_desk_are_let_alone(fresh: Elasticsearch) -> None:
    others = [f"{indexes.alias()}-two-1.1-0a1b2c3d", f"{indexes.alias()}-notes"]
    for name in others:
        fresh.indices.create(index=name)

    indexes.catch_up(seconds=60)

    assert set(others) < set(names(fresh))


def test_who_is_away_is_not_asked(gone: str, travel: Travel) -> None:
    follow(seconds=60)

    assert server.is_away()
    assert indexes.catch_up(seconds=60) == indexes.check_some() == 0
    assert standing() == Standing.AWAY


def test_the_checker_finds_and_mends_what_differs(fresh: Elasticsearch) -> None:
    right, lost, wrong, coming = (make_ticket(subject=word) for word in ("Right", "Lost", "Wrong", "Coming"))
    indexes.catch_up(seconds=60)
    Ticket.objects.filter(pk__in=[wrong.pk, coming.pk]).update(subject="Otherwise")
    mark([coming.pk])
    fresh.delete(index=indexes.alias(), id=str(lost.pk))

    found = {one.ticket: one.how for one in indexes.check([right.pk, lost.pk, wrong.pk, coming.pk])}

    assert found == {lost.pk: "not in Elasticsearch", wrong.pk: "other words in Elasticsearch"}
    follow(seconds=60)
    assert list(indexes.check([right.pk, lost.pk, wrong.pk, coming.pk])) == []
    assert not SearchPush.objects.exists()


def told(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_commands_make_an_index_and_look_through_it(fresh: Elasticsearch, settings: Any) -> None:
    ticket = make_ticket()

    assert "All tickets are in documents-" in (said := told("reindex")) and f"All tickets are in {names(fresh)[0]}." in said
    first = names(fresh)
    told("reindex", "--anew")
    assert len(names(fresh)) == 1 and names(fresh) != first
    fresh.delete(index=indexes.alias(), id=str(ticket.pk), version=revision(), version_type="external")
    assert f"Ticket {ticket.pk}: not in Elasticsearch." in told("check_search")
    follow(seconds=60)
    assert told("check_search") == "1 documents are right.\n"

    settings.ELASTICSEARCH_URL = NOBODY
    with pytest.raises(CommandError, match=r"does not answer .* run this again"):
        told("reindex", "--anew")
    with pytest.raises(CommandError, match="cannot be asked now: it is away"):
        told("search_try", "--engine", "elasticsearch", "--as", "nobody@studio.example")
