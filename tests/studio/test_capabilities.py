"""What a studio switches on and off, game by game."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.staff.rights import Right
from helpdesk.studio import capabilities
from helpdesk.studio.capabilities import Capability, mode, modes_of, switch
from helpdesk.studio.models import CapabilityMode, Mode
from tests.factories.desk import make_game
from tests.factories.staff import somebody
from tests.staff.test_games import typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def guesses(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(capabilities._capabilities, "guesses", Capability("guesses", "Guess the topic", "From the first message."))
    return "guesses"


def test_a_mode_is_of_one_game_and_costs_one_query(guesses: str, django_assert_num_queries) -> None:
    ember, tide = make_game("emberfall"), make_game("tideborn")
    switch(guesses, ember, Mode.SHADOW)

    with django_assert_num_queries(1):
        assert mode(guesses, ember) == Mode.SHADOW
    assert mode(guesses, tide) == Mode.OFF
    with django_assert_num_queries(1):
        assert modes_of(ember).items() >= {"surveys": Mode.ON, "guesses": Mode.SHADOW}.items()


def test_what_no_room_registers_has_no_mode() -> None:
    with pytest.raises(KeyError):
        mode("guesses", make_game())


def test_the_database_takes_no_other_mode() -> None:
    game = make_game()
    for wrong in ("maybe", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            CapabilityMode.objects.create(game=game, capability="surveys", mode=wrong)


def test_the_games_page_switches_and_the_audit_tells_it(guesses: str, client: Client) -> None:
    game = make_game()
    client.force_login(somebody(Right.MANAGE_GAMES))
    address = reverse("staff:game", args=[game.pk])
    page = client.get(address).content.decode()
    assert "Guess the topic" in page and "Ask players for a rating" in page

    client.post(address, typed(game, mode_guesses="shadow", mode_surveys="off"))

    assert modes_of(game).items() >= {"surveys": Mode.OFF, "guesses": Mode.SHADOW}.items()
    changes = AuditEntry.objects.get(action="games.changed").data["changes"]
    assert changes == {"surveys": ["on", "off"], "guesses": ["off", "shadow"]}
    assert client.post(address, typed(game, mode_surveys="shadow")).status_code == 422  # it knows on and off
    client.post(address, typed(game))
    assert AuditEntry.objects.filter(action="games.changed").count() == 1


def test_a_switch_of_a_room_that_is_not_here_stands_still(client: Client) -> None:
    game = make_game()
    CapabilityMode.objects.create(game=game, capability="guesses", mode=Mode.SHADOW)
    client.force_login(somebody(Right.MANAGE_GAMES))

    client.post(reverse("staff:game", args=[game.pk]), typed(game, mode_surveys="off"))

    assert dict(game.modes.values_list("capability", "mode")) == {"guesses": "shadow", "surveys": "off"}


def test_a_new_game_begins_as_its_form_says(client: Client) -> None:
    client.force_login(somebody(Right.MANAGE_GAMES))
    facts = typed(None, name="Ashvale", team_name="T", sender_name="S", address="a@ashvale.example", languages=["en"], mode_surveys="off")

    assert client.post(reverse("staff:new_game"), facts).status_code == 302

    assert list(CapabilityMode.objects.values_list("game__name", "capability", "mode")) == [("Ashvale", "surveys", "off")]
