"""Statements that are worded once write and read the same rows as the ORM."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Upper

from helpdesk.base import clock
from helpdesk.base.rows import insert
from helpdesk.base.worded import Worded
from tests.factories.desk import make_game, make_ticket
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db

with_game = Worded(
    lambda number, player: Ticket.objects.select_related("game", "assignee").filter(number=number, player=player, channel="post")
)


def note(ticket: Ticket, **more: object) -> Message:
    return Message(ticket=ticket, received_in=ticket, kind="note", state="noted", channel="post", author_kind="system", **more)


def test_an_inserted_row_is_the_one_that_is_read(db: None) -> None:
    words = 'Привет, \\ "Anna"\n\t\' %s {} \u2028 𝔘'
    row = note(make_ticket(), text=words, at=clock.now(), attempts=3, shortened=True, answers_upto=None)

    insert(row)

    read = Message.objects.get(pk=row.pk)
    assert {field.attname: getattr(read, field.attname) for field in Message._meta.concrete_fields} == {
        field.attname: getattr(row, field.attname) for field in Message._meta.concrete_fields
    }
    row.text = "again"
    row.save()  # it knows that it is there
    assert Message.objects.filter(ticket=row.ticket, kind="note").count() == 1


def test_what_the_table_forbids_is_an_error_as_ever() -> None:
    row = note(make_ticket(), error="x")
    row.state = "sent"

    with pytest.raises(IntegrityError), transaction.atomic():
        insert(row)

    assert row.pk is None


def test_a_query_worded_once_is_asked_for_others_later() -> None:
    ember, ash = make_ticket(game=make_game("ember")), make_ticket(game=make_game("ash"))

    found = [with_game(ticket.number, ticket.player_id)[0] for ticket in (ember, ash, ember)]

    assert found == [ember, ash, ember]
    assert [ticket.game.languages for ticket in found] == [["en", "ru", "de", "es"]] * 3
    assert (found[0].assignee, found[0].created_at) == (None, ember.created_at)
    assert with_game(ember.number, ash.player_id) == []


def test_what_it_joins_costs_no_further_query(django_assert_num_queries: object) -> None:
    ticket = make_ticket()

    with django_assert_num_queries(1):  # type: ignore[operator]
        assert with_game(ticket.number, ticket.player_id)[0].game.slug == "emberfall"


def test_columns_that_were_left_out_are_fetched_when_somebody_asks() -> None:
    ticket = make_ticket("My crystals are gone.")
    numbers = Worded(lambda game: Ticket.objects.filter(game=game).only("number"))

    (found,) = numbers(ticket.game_id)

    assert found.get_deferred_fields() >= {"subject", "preview"}
    assert (found.number, found.preview) == (ticket.number, "My crystals are gone.")


def test_what_it_annotates_is_read_too() -> None:
    ticket = make_ticket()
    loud = Worded(lambda number: Ticket.objects.select_related("game").filter(number=number).annotate(loud=Upper("game__slug")))

    (found,) = loud(ticket.number)

    assert (vars(found)["loud"], found.game.slug, found.subject) == ("EMBERFALL", "emberfall", "Crystals")


def test_a_value_too_few_is_noticed() -> None:
    with pytest.raises(ValueError, match="shorter"):
        with_game("7F3K-20QX")
