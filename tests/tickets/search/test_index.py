"""The index follows what happens, is built while it is used, and is looked after."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DataError

from helpdesk.studio.models import Tag
from players.erasure import ask, run_due
from tests.factories.desk import make_game, make_player, make_ticket
from tests.factories.staff import somebody
from tickets import drain
from tickets.actors import SYSTEM
from tickets.models import Lane, Message, Ticket
from tickets.search import building, indexing
from tickets.search.documents import Document
from tickets.search.models import SearchDocument, SearchIndex, SearchWord
from tickets.services.edit import rename, set_tags
from tickets.services.merge import merge, unmerge
from tickets.services.reply import add_note

pytestmark = pytest.mark.django_db


def keys(ticket: Ticket) -> set[str]:
    vector = SearchDocument.objects.get(ticket=ticket).vector
    return {part.split(":")[0].strip("'") for part in vector.split()}


def told() -> None:
    drain.drain(Lane.BULK)
    drain.drain(Lane.NOW)
    indexing.follow()


def test_whatever_changes_a_text_is_followed() -> None:
    game, player = make_game(), make_player()
    one, two = (make_ticket("The harbour is closed", subject=word, game=game, player=player) for word in ("Anchor", "Buoy"))
    told()
    assert {"harbour", "anchor"} <= keys(one)

    rename(one, "Compass", by=SYSTEM)
    set_tags(one, [Tag.objects.create(name="lighthouse")], by=SYSTEM)
    add_note(one, "surely a smuggler", by=SYSTEM)
    told()
    assert {"compass", "lighthous", "n|smuggler"} <= keys(one)
    assert not {"anchor", "smuggler"} & keys(one)

    merge(two, into=one, by=SYSTEM)
    told()
    assert "buoy" not in keys(one)
    assert Message.objects.filter(ticket=one, received_in=two).exists()
    unmerge(two, out_of=one, by=SYSTEM)
    told()
    assert "harbour" in keys(two)


def test_one_that_cannot_be_made_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = [make_ticket(subject=word) for word in ("Anchor", "Broken", "Compass")]
    vector_of = indexing.vector_of

    def breaks(document: Document) -> str:
        if document.ticket_id == tickets[1].pk:
            raise DataError("too large for a vector")
        return vector_of(document)

    monkeypatch.setattr(indexing, "vector_of", breaks)
    building.catch_up(seconds=9)

    made = dict(SearchDocument.objects.values_list("ticket", "trouble"))
    assert made[tickets[0].pk] == made[tickets[2].pk] == ""
    assert tickets[1].pk not in made or "too large" in made[tickets[1].pk]
    assert SearchIndex.objects.get().finished_at is not None


def test_it_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "AT_ONCE", 2)
    tickets = [make_ticket(subject=f"Ticket {n}") for n in range(5)]
    index = building.begin()

    assert building.step(index)
    assert set(SearchDocument.objects.values_list("ticket", flat=True)) == {tickets[3].pk, tickets[4].pk}
    assert building.share_made() is not None
    late = make_ticket(subject="Late")
    told()
    out = StringIO()
    call_command("reindex", stdout=out)

    assert out.getvalue() == f"All tickets are in {building.documents_name()}.\n"
    assert SearchDocument.objects.count() == 6
    assert SearchDocument.objects.filter(ticket=late).exists()
    assert building.share_made() is None
    before = set(SearchDocument.objects.values_list("revision", flat=True))
    call_command("reindex", "--anew", stdout=out)
    assert set(SearchDocument.objects.values_list("revision", flat=True)) == {revision + 1 for revision in before}


def test_the_checker_finds_and_mends_what_differs() -> None:
    right, other, missing = (make_ticket(subject=word) for word in ("Anchor", "Buoy", "Compass"))
    building.catch_up(seconds=9)
    SearchDocument.objects.filter(ticket=other).update(vector=SearchDocument.objects.get(ticket=right).vector)
    SearchDocument.objects.filter(ticket=missing).delete()
    out = StringIO()

    call_command("check_search", stdout=out)
    assert f"Ticket {other.pk}: other words." in out.getvalue()
    assert f"Ticket {missing.pk}: missing." in out.getvalue()
    assert "2 of 3 documents were wrong" in out.getvalue()
    assert building.check_some() == 0
    assert "buoy" in keys(other)


@pytest.mark.django_db(transaction=True)
def test_erased_words_leave_the_index() -> None:
    player = make_player("Ishmael Quee")
    ticket = make_ticket("Call me Ishmael at once", subject="Whaling", player=player)
    building.catch_up(seconds=9)
    assert SearchWord.objects.filter(word="ishmael").exists()

    ask(player, by=somebody(), at_once=True)
    run_due()
    told()

    assert keys(ticket) <= {f"k|{ticket.number.casefold()}"} | {"erased"}
    assert not SearchWord.objects.filter(word__in=["ishmael", "whaling"]).exists()
