"""A player's data, given out whole and then gone."""

from __future__ import annotations

import pytest

from helpdesk.base import personal
from helpdesk.staff.models import User
from players.models import Address, ProfileSnapshot
from players.services import remember_account
from tests.factories.desk import Post, make_game, make_player, make_ticket
from tickets.actors import operator
from tickets.models import Event, Message, Ticket
from tickets.services.reply import add_note

pytestmark = pytest.mark.django_db


def everything_of(player_id: int) -> str:
    return repr([row for keeper in personal.keepers() for row in keeper.export(player_id)])


def erase(player_id: int) -> None:
    for keeper in personal.keepers():
        list(keeper.erase(player_id))


def test_a_player_who_asks_gets_his_data_and_can_have_it_erased(anna: User, the_post: Post) -> None:
    mirabelle = make_player("Mirabelle", "mirabelle@mail.example")
    remember_account(mirabelle, make_game(), "88764", nickname="Mira", fields={"level": 42})
    ticket = make_ticket("My crystals are gone.", player=mirabelle, subject="Crystals")
    add_note(ticket, "She is right.", by=operator(anna))
    given = everything_of(mirabelle.pk)
    for word in ("Mirabelle", "mirabelle@mail.example", "88764", "level", "My crystals are gone.", "Crystals"):
        assert word in given
    assert "She is right." not in given

    events = Event.objects.count()
    erase(mirabelle.pk)

    left = everything_of(mirabelle.pk)
    for word in ("Mirabelle", "mirabelle@mail.example", "88764", "level", "crystals", "Crystals"):
        assert word not in left
    assert not Message.objects.filter(text__contains="right").exists()
    assert (Ticket.objects.count(), Event.objects.count()) == (1, events + 4)  # nobody waits, closed, erased, and of the player that he was
    assert list(ProfileSnapshot.objects.values_list("fields", flat=True)) == [{}]


def test_an_address_that_somebody_else_uses_too_stays_his(anna: User) -> None:
    make_player("Mirabelle", "family@mail.example")
    address = Address.objects.get()
    brother = make_player("Tom", "tom@mail.example")
    brother.uses.create(address=address, main=False)

    erase(brother.pk)

    address.refresh_from_db()
    assert address.address == "family@mail.example"
