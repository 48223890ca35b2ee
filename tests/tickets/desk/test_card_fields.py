"""A game's card may hold any field. What nobody has sorted is shown to nobody but those who may see all of a player."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.staff.rights import Right
from players.models import CardField
from players.services import remember_account
from tests.factories.desk import make_game, make_player, make_ticket
from tests.factories.staff import somebody
from tickets.desk.ticket.card import card_of
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

SEE = (Right.VIEW, Right.SEE_PLAYER)
ALL = (Right.SEE_PLAYER_PAYMENTS, Right.SEE_PLAYER_DEVICE, Right.SEE_PLAYER_CONTACT)
UNKNOWN = [
    *("ltv_usd", "idfa", "email", "phone", "eMail", "E-MAIL", "PhoneNumber", "phone number", "Telefon", "телефон", "住所"),
    *("mothers_maiden_name", "Level", "level ", " level", "LEVEL", "levels", "guild_chat", "note", "x", "0", "password", "geburtstag"),
    *("steamId", "ip-address", "ipAddress", "os", "Device_Model", "mac", "spent.total", "real name", "a" * 500, "\u202elevel", "", "_"),
]


@pytest.fixture
def ticket(travel: Any, the_post: Any) -> Ticket:
    return make_ticket(player=make_player("Mirela", "mirela@lake.example"))


def told(ticket: Ticket, fields: dict[str, Any], *rights: Right) -> list[str]:
    """What somebody with these rights reads on the card."""
    remember_account(ticket.player, ticket.game, "A-1", fields=fields)
    return [field.value for field in card_of(ticket, somebody(*SEE, *rights)).fields if not field.shut]


@pytest.mark.parametrize("name", UNKNOWN)
@pytest.mark.parametrize("missing", ALL)
def test_what_no_list_names_takes_every_right(ticket: Ticket, name: str, missing: Right) -> None:
    fields = {name: "a secret"}

    some = told(ticket, fields, *(right for right in ALL if right != missing))

    known = {"os": Right.SEE_PLAYER_DEVICE}.get(name)
    assert some == (["a secret"] if known and known != missing else [])
    assert told(ticket, fields, *ALL) == ["a secret"]
    assert told(ticket, fields) == []


@pytest.mark.parametrize("value", [{"email": "m@lake.example"}, [{"ltv": 3}], [["a", "b"]], {"a": {}}])
def test_names_within_a_field_are_not_sorted_either(ticket: Ticket, value: Any) -> None:
    assert told(ticket, {"level": value}) == []
    assert len(told(ticket, {"level": value}, *ALL)) == 1


def test_what_the_desk_knows_opens_with_its_own_right(ticket: Ticket) -> None:
    fields = {"level": 42, "guild": "Pike", "paid_90d": "12.99 EUR", "device": "Slate 7", "bans": ["chat", "trade"], "city": ""}

    assert told(ticket, fields) == ["42", "Pike", "chat, trade", "–"]
    assert "12.99 EUR" in told(ticket, fields, Right.SEE_PLAYER_PAYMENTS)
    assert "Slate 7" in told(ticket, fields, Right.SEE_PLAYER_DEVICE)


def test_the_studio_says_what_a_field_is(ticket: Ticket) -> None:
    assert told(ticket, {"arena_rank": "gold", "crew": "Pike"}) == []
    client = Client()
    client.force_login(somebody(Right.MANAGE_ROLES))
    page = reverse("administration:card_fields")
    assert "arena_rank" in client.get(page).content.decode()

    field = CardField.objects.get(name="arena_rank")
    client.post(page, {"field": field.pk, "sort": "game"})
    client.post(page, {"field": CardField.objects.get(name="crew").pk, "sort": "contact"})

    assert told(ticket, {"arena_rank": "gold", "crew": "Pike"}) == ["gold"]
    assert told(ticket, {"arena_rank": "gold", "crew": "Pike"}, Right.SEE_PLAYER_CONTACT) == ["gold", "Pike"]
    assert AuditEntry.objects.filter(action="players.field_sorted").count() == 2
    for wrong in ({"field": field.pk, "sort": "open"}, {"field": 10**9, "sort": "game"}, {"field": "x", "sort": "game"}):
        assert client.post(page, wrong).status_code < 500
    field.refresh_from_db()
    assert field.sort == "game"


def test_a_thousand_names_are_neither_a_thousand_rows_nor_queries(ticket: Ticket, django_assert_max_num_queries: Any) -> None:
    fields = {f"field_{number}": number for number in range(1000)}
    remember_account(ticket.player, ticket.game, "A-1", fields=fields)
    reader = somebody(*SEE)

    assert CardField.objects.count() == 200
    with django_assert_max_num_queries(9):
        assert all(field.shut for field in card_of(ticket, reader).fields)


def test_a_known_name_can_be_made_stricter(ticket: Ticket) -> None:
    told(ticket, {"city": "Split"})
    CardField.objects.filter(name="city").update(sort="contact")

    assert told(ticket, {"city": "Split"}) == []
    assert make_game().slug == ticket.game.slug
