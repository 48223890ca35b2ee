"""Who writes to us: one address, several players; one player, several addresses."""

from __future__ import annotations

import pytest

from helpdesk.studio.models import Game
from players.models import Address, AddressUse, Player
from players.selectors import card, main_address, writes_from
from players.services import add_address, mark_address, remember_account, writer_from
from tests.conftest import Travel
from tests.factories.desk import make_game

pytestmark = pytest.mark.django_db
FAMILY = "family@mail.example"


@pytest.fixture
def game(db: None) -> Game:
    return make_game()


def player_at(address: str, *, name: str = "", game: Game | None = None) -> Player:
    return writer_from(address, name=name, game=game)[0]


def sharing(*names: str) -> list[Player]:
    players = []
    for name in names:
        player = Player.objects.create(name=name)
        add_address(player, FAMILY, main=True)
        players.append(player)
    return players


@pytest.mark.parametrize("spelling", ["MIRA@mail.example", " mira@Mail.Example ", "ｍｉｒａ@mail.example"])
def test_however_the_address_is_spelled_it_is_the_same_player(spelling: str) -> None:
    mira = player_at("mira@mail.example", name="Mira")

    assert player_at(spelling) == mira
    assert writes_from(mira.pk, spelling)
    assert Address.objects.count() == 1


def test_the_first_address_is_the_main_one() -> None:
    mira = player_at("mira@mail.example")

    assert main_address(mira).address == "mira@mail.example"


def test_a_further_address_does_not_become_the_main_one_by_itself() -> None:
    mira = player_at("mira@mail.example")

    add_address(mira, "mira@work.example")

    assert main_address(mira).address == "mira@mail.example"
    assert writes_from(mira.pk, "mira@work.example")


@pytest.mark.parametrize("address", ["mira@work.example", "mira@mail.example"])
def test_there_is_one_main_address(address: str) -> None:
    mira = player_at("mira@mail.example")
    add_address(mira, "mira@work.example")

    add_address(mira, address, main=True)

    assert main_address(mira).address == address
    assert AddressUse.objects.filter(player=mira, main=True).count() == 1


def test_a_player_without_addresses_cannot_be_reached() -> None:
    assert main_address(Player.objects.create(name="Nobody")) is None


def test_on_a_shared_address_the_one_with_an_account_in_the_game_writes(game: Game) -> None:
    mother, son = sharing("Irena", "Marek")
    remember_account(son, game, "4711")
    remember_account(mother, make_game("ashvale"), "12")

    assert player_at(FAMILY, game=game) == son


def test_with_two_accounts_in_the_game_nobody_is_guessed(game: Game) -> None:
    mother, son = sharing("Irena", "Marek")
    for player, number in ((mother, "12"), (son, "4711")):
        remember_account(player, game, number)

    somebody = player_at(FAMILY, name="Somebody", game=game)

    assert somebody not in {mother, son}
    assert player_at(FAMILY, game=game) == somebody  # and stays the same until an operator says who it is


def test_on_a_shared_address_the_one_without_accounts_stands_for_somebody(game: Game) -> None:
    mother, son = sharing("Irena", "Marek")
    remember_account(mother, make_game("ashvale"), "12")

    assert player_at(FAMILY, game=game) == son


def test_what_the_world_says_of_an_address_stays_with_it(travel: Travel) -> None:
    player_at("mira@mail.example")

    mark_address("Mira@mail.example", Address.State.BOUNCED, reason="550 no such\r\nuser")

    row = Address.objects.get()
    assert (row.state, row.state_since, row.state_reason) == ("bounced", travel.moment, "550 no such user")


def test_the_card_tells_the_newest_snapshot_and_the_one_before(game: Game, travel: Travel, django_assert_num_queries) -> None:
    mira = player_at("mira@mail.example")
    remember_account(mira, game, "4711", nickname="Mirabelle", fields={"level": 41})
    travel.forward(days=1)
    remember_account(mira, game, "4711", fields={"level": 42})

    with django_assert_num_queries(3):
        shown = card(mira, game)

    assert (shown.account.nickname, shown.snapshot.fields, shown.earlier) == ("Mirabelle", {"level": 42}, {"level": 41})


def test_the_card_without_an_account_is_empty(game: Game) -> None:
    shown = card(player_at("mira@mail.example"), game)

    assert (shown.account, shown.snapshot, shown.earlier, len(shown.uses)) == (None, None, {}, 1)


def test_an_address_without_end_is_cut_not_refused() -> None:
    mira = player_at("m" * 5000 + "@mail.example")

    assert player_at("m" * 5000 + "@mail.example") == mira
