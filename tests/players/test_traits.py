"""What a card says of the few facts by which tickets are counted: ids of a dictionary that takes no names and does not grow without end."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from helpdesk.staff.models import User
from players import personal, traits
from players.models import CardValue, Player
from players.services import remember_account, writer_from
from players.traits import traits_of
from tests.factories.desk import make_game, make_player, make_ticket
from tickets.actors import operator
from tickets.events.of_tickets import CardCaptured, TicketOpened
from tickets.models import Event
from tickets.past import state_at
from tickets.services.cards import capture_card
from tickets.services.edit import set_player

pytestmark = pytest.mark.django_db


def words(found: dict[str, int]) -> dict[str, str]:
    return {trait: CardValue.objects.get(pk=pk, trait=trait).value for trait, pk in found.items()}


def with_card(player: Player, **fields: Any) -> Player:
    remember_account(player, make_game(), f"A{player.pk}", fields=fields)
    return player


def test_the_newest_card_of_the_games_account_counts_and_the_players_own_row_where_it_is_silent() -> None:
    mira = make_player("Mira")
    Player.objects.filter(pk=mira.pk).update(tier="gold", country="PL")
    mira.refresh_from_db()
    with_card(mira, server="EU-1", os="iOS")
    with_card(mira, server=" EU-3 ", os="iOS", build=412, level=9, country="DE")
    remember_account(mira, make_game("ashvale"), "other", fields={"server": "Asia"})

    assert words(traits_of(mira, make_game())) == {"tier": "gold", "country": "DE", "platform": "iOS", "build": "412", "server": "EU-3"}


def test_the_same_word_is_the_same_id() -> None:
    one, other = with_card(make_player("Mira"), server="EU-1"), with_card(make_player("Noor", "noor@mail.example"), server="EU-1")

    assert traits_of(one, make_game()) == traits_of(other, make_game())


@pytest.mark.parametrize("odd", ["mira@mail.example", "x" * 81, "", "  ", None, True, [], {"a": 1}, ["EU"]])
def test_what_is_no_short_word_is_left_out(odd: Any) -> None:
    assert traits_of(with_card(make_player(), server=odd), make_game()) == {}


def test_a_dictionary_takes_so_many_words_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traits, "MOST_VALUES", 3)
    mira, found = make_player(), list[dict[str, int]]()
    for number in (*range(5), 1):
        with_card(mira, server=f"S{number}")
        found.append(traits_of(mira, make_game()))

    assert [bool(one) for one in found] == [True, True, True, False, False, True]
    assert CardValue.objects.count() == 3


def test_nobody_looks_for_the_card_of_a_player_who_was_just_made(django_assert_num_queries: Any) -> None:
    with transaction.atomic():
        player, _address = writer_from("mira@mail.example", name="Mira")
    game = make_game()
    with django_assert_num_queries(0):
        assert traits_of(player, game) == {}


def test_a_ticket_says_what_the_card_said_when_it_was_opened_and_an_event_what_came_later(anna: User) -> None:
    mira = with_card(make_player("Mira"), server="EU-1")
    early = make_ticket(player=mira)
    with_card(mira, server="EU-2")
    opened = TicketOpened.of(Event.objects.get(ticket=early, kind="ticket.opened"))
    assert opened.server is not None and words(state_at(early).traits) == {"server": "EU-1"}

    capture_card(early, by=operator(anna))
    capture_card(early, by=operator(anna))

    assert Event.objects.filter(ticket=early, kind=CardCaptured.kind).count() == 1
    assert words(state_at(early).traits) == {"server": "EU-2"}


def test_another_player_brings_his_own_card(anna: User) -> None:
    ticket = make_ticket(player=with_card(make_player("Mira"), server="EU-1"))

    set_player(ticket, with_card(make_player("Noor", "noor@mail.example"), server="EU-9"), by=operator(anna))

    assert words(state_at(ticket).traits) == {"server": "EU-9"}


def test_a_word_that_nobody_else_says_goes_with_the_player_and_the_others_stay() -> None:
    mira = with_card(make_player("Mira"), server="Mira's own", os="iOS", build=77)
    noor = with_card(make_player("Noor", "noor@mail.example"), os="iOS", build="77")
    kept, his = traits_of(noor, make_game()), traits_of(mira, make_game())

    list(personal.erase(mira.pk))

    assert words(traits_of(noor, make_game())) == {"platform": "iOS", "build": "77"} == words(kept)
    assert CardValue.objects.get(pk=his["server"]).value == ""
    assert not CardValue.objects.filter(value="Mira's own").exists()
