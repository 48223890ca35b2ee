"""What a game's card says is found by, where the studio has declared it so and the reader may see it."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection
from django.utils import translation

from helpdesk.base.errors import NotAllowed
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Game
from players import personal
from players.models import GameAccount
from players.services import remember_account
from tests.factories.cards import line
from tests.factories.desk import make_game, make_player, make_ticket
from tests.factories.staff import somebody
from tests.house.ground import ROOT
from tickets.filters import Filter, field
from tickets.filters.columns import HIDDEN, Columns, choosable
from tickets.models import Ticket
from tickets.search.language import complete, parse, q_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ember(db: None) -> Game:
    """Its card tells of a version, which is open, and of an os, which is the device's."""
    game = make_game("emberfall")
    line(game, "version", "open", filterable=True)
    line(game, "os", "device", filterable=True)
    line(game, "server", "open")
    return game


@pytest.fixture
def olga(db: None) -> User:
    return somebody(Right.VIEW, Right.SEE_PLAYER, Right.SEE_PLAYER_DEVICE, name="Olga Ward")


def ticket_of(game: Game, **fields: object) -> Ticket:
    player = make_player()
    remember_account(player, game, f"A{player.pk}", fields=fields)
    return make_ticket(game=game, player=player)


def found(text: str, reader: User) -> set[Ticket]:
    parsed = parse(text, reader)
    assert parsed.troubles == ()
    return set(Ticket.objects.filter(q_of(parsed.tree, reader, texts=lambda word: pytest.fail(word.text))))


def test_the_newest_card_counts_however_it_is_typed(ember: Game, olga: User) -> None:
    old, new = ticket_of(ember, version="4.7.0", os="iOS"), ticket_of(ember, version="4.7.0", os="Android")
    remember_account(new.player, ember, f"A{new.player_id}", fields={"version": "4.7.1", "os": "Android"})
    make_ticket(game=ember)  # no card at all

    assert (found("version:4.7.0", olga), found("версия:4.7.1", olga)) == ({old}, {new})
    assert (found("platform:IOS", olga), found("os:ios,android -version:4.7.0", olga)) == ({old}, {new})
    assert found("build:9.9", olga) == set()


def test_a_game_that_has_not_declared_it_brings_nothing(ember: Game, olga: User) -> None:
    here, elsewhere = ticket_of(ember, version="4.7.1"), ticket_of(make_game("tideborn"), version="4.7.1")
    assert found("version:4.7.1", olga) == {here}

    line(elsewhere.game, "version", "open", filterable=True)
    assert found("version:4.7.1", olga) == {here, elsewhere}
    line(elsewhere.game, "build", "payments", filterable=True)  # another name of the same: both must be open to her
    assert found("version:4.7.1", olga) == {here}


def test_it_is_offered_only_where_it_is_declared_and_open(ember: Game, olga: User) -> None:
    ticket_of(ember, version="4.7.1", os="iOS", server="EU-1")
    nina, erik = somebody(Right.VIEW, Right.SEE_PLAYER), somebody(Right.VIEW, Right.SEE_PLAYER, game=make_game("tideborn"))

    def offered(typed: str, reader: User) -> list[str]:
        return [one.text for one in complete(typed, len(typed), reader)]

    assert (offered("vers", olga), offered("plat", olga), offered("serv", olga)) == (["version:"], ["platform:"], [])
    assert (offered("vers", nina), offered("plat", nina), offered("vers", erik)) == (["version:"], [], [])
    assert (offered("version:4", olga), offered("version:4", nina), offered("os:i", nina)) == (["4.7.1"], ["4.7.1"], [])
    with translation.override("ru"):
        assert offered("верс", olga) == ["версия:"]
    for reader, said in ((nina, ("platform", "is", ["ios"])), (olga, ("server", "is", ["EU-1"])), (erik, ("version", "is", ["4.7.1"]))):
        with pytest.raises(NotAllowed):
            Filter.of([said], reader)


def test_what_one_may_not_see_is_neither_found_nor_missing(ember: Game) -> None:
    tide = make_game("tideborn")
    line(tide, "os", "open", filterable=True)
    nina = somebody(Right.VIEW, Right.SEE_PLAYER)
    ios, android, seen = ticket_of(ember, os="iOS"), ticket_of(ember, os="Android"), ticket_of(tide, os="iOS")

    assert found("platform:ios", nina) == {seen}
    assert {ios, android} <= found("-platform:ios", nina)  # of both alike
    assert seen not in found("-platform:ios", nina)


def test_accounts_from_before_are_looked_at_once(ember: Game, olga: User) -> None:
    ticket = ticket_of(ember, version="4.7.1", os=" iOS ", server=7)
    told = GameAccount.objects.get().traits
    GameAccount.objects.update(traits=None)
    assert found("version:4.7.1", olga) == set()

    (path,) = (ROOT / "players/migrations").glob("*_traits_of_accounts.py")
    with connection.cursor() as cursor:
        cursor.execute(import_module(f"players.migrations.{path.stem}").FILL, [0, 2**40])

    assert GameAccount.objects.get().traits == told
    assert found("version:4.7.1", olga) == {ticket}


def test_nothing_of_it_is_left_when_the_player_is_erased(ember: Game) -> None:
    ticket = ticket_of(ember, version="4.7.1")

    for _rows in personal.erase(ticket.player_id):
        pass

    assert GameAccount.objects.get().traits is None


def test_it_is_a_column_where_its_class_may_be_seen(ember: Game, olga: User) -> None:
    ticket = ticket_of(ember, version="4.7.1", os="Android", server="EU-2")
    nina = somebody(Right.VIEW, Right.SEE_PLAYER, name="Nina Holm")

    def told(reader: User, ticket: Ticket = ticket) -> list[object]:
        columns = Columns([field("version"), field("platform")], reader)
        found = columns.fetched_with(Ticket.objects.filter(pk=ticket.pk)).values_list(*columns.names).get()
        return columns.seen(found, (ticket.game_id, ticket.team_id, ticket.language, ticket.topic_id))

    assert told(olga) == [["4.7.1"], ["Android"]]
    assert told(nina) == [["4.7.1"], HIDDEN]
    assert told(nina, make_ticket(game=make_game("tideborn"))) == [[], []]  # no card of this game says such a thing
    assert [one.name for one in choosable(nina) if one.name in {"version", "platform", "server"}] == ["version"]
