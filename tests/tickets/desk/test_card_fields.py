"""A game's card may hold any field. What nobody has declared is shown to nobody but those who may see all of a player."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from helpdesk.audit.models import AuditEntry
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import Notice, Role, User
from helpdesk.staff.notices import see
from helpdesk.staff.rights import Right, registered
from players.models import CardClass, CardLine
from players.services import MOST_CLASSES, MOST_LINES, name_class, remember_account
from tests.factories.cards import declared, line
from tests.factories.desk import make_game, make_player, make_ticket
from tests.factories.staff import GrantFactory, somebody
from tickets.desk.ticket.card import Field, card_of
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

SEE = (Right.VIEW, Right.SEE_PLAYER)
ALL = (Right.SEE_PLAYER_PAYMENTS, Right.SEE_PLAYER_DEVICE, Right.SEE_PLAYER_CONTACT)
NAMES = [
    *("level", "ltv_usd", "idfa", "email", "PhoneNumber", "телефон", "住所", "Level", "level ", "x", "0", "password"),
    *("steamId", "ip-address", "os", "real name", "a" * 500, "\u202elevel", "", "_"),
]


@pytest.fixture
def ticket(travel: Any, the_post: Any) -> Ticket:
    return make_ticket(player=make_player("Mirela", "mirela@lake.example"))


@pytest.fixture
def keeper(client: Client) -> Client:
    client.force_login(somebody(Right.MANAGE_ROLES, name="Vera Holm"))
    return client


def fields(ticket: Ticket, told: dict[str, Any], *rights: Right) -> list[Field]:
    """The card as somebody with these rights reads it."""
    remember_account(ticket.player, ticket.game, "A-1", fields=told)
    return card_of(ticket, somebody(*SEE, *rights)).fields


def told(ticket: Ticket, card: dict[str, Any], *rights: Right) -> list[str]:
    """What of it is open to them."""
    return [field.value for field in fields(ticket, card, *rights) if not field.shut]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("missing", ALL)
def test_what_nobody_has_declared_takes_every_right(ticket: Ticket, name: str, missing: Right) -> None:
    card = {name: "a secret"}

    assert told(ticket, card, *(right for right in ALL if right != missing)) == []
    assert told(ticket, card) == []
    assert told(ticket, card, *ALL) == ["a secret"]


@pytest.mark.parametrize("value", [{"email": "m@lake.example"}, [{"ltv": 3}], [["a", "b"]], {"a": {}}])
def test_names_within_a_declared_field_are_not_declared(ticket: Ticket, value: Any) -> None:
    declared(ticket.game, level="open")

    assert told(ticket, {"level": value}) == []
    assert len(told(ticket, {"level": value}, *ALL)) == 1


def test_what_is_declared_opens_with_the_right_of_its_class(ticket: Ticket) -> None:
    declared(ticket.game, level="open", guild="open", bans="open", city="open", paid_90d="payments", device="device", phone="contact")
    card = {"level": 42, "guild": "Pike", "paid_90d": "12.99 EUR", "device": "Slate 7", "bans": ["chat", "trade"], "city": "", "phone": "1"}

    assert sorted(told(ticket, card)) == sorted(["42", "Pike", "chat, trade", "–"])
    assert "12.99 EUR" in told(ticket, card, Right.SEE_PLAYER_PAYMENTS)
    assert "Slate 7" in told(ticket, card, Right.SEE_PLAYER_DEVICE)
    assert "1" in told(ticket, card, Right.SEE_PLAYER_CONTACT)


def test_a_declaration_is_of_one_game(ticket: Ticket) -> None:
    declared(make_game("tideborn"), level="open")

    assert told(ticket, {"level": 42}) == []


def test_a_card_stands_in_the_order_and_the_language_of_its_declarations(ticket: Ticket) -> None:
    line(ticket.game, "b", "open", place=10, label_en="Bay", label_ru="Бухта")
    line(ticket.game, "a", "open", place=20, label_ru="Маяк")

    with translation.override("ru"):
        assert [field.label for field in fields(ticket, {"c_d": 3, "a": 1, "b": 2})] == ["Бухта", "Маяк", "C d"]
    assert [field.label for field in fields(ticket, {"c_d": 3, "a": 1, "b": 2})] == ["Bay", "Маяк", "C d"]


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("number", "1234567", "1\u202f234\u202f567"),
        ("number", "a lot", "a lot"),
        ("yes_no", 1, "yes"),
        ("yes_no", "false", "no"),
        ("yes_no", "perhaps", "perhaps"),
        ("plain", "1234567", "1234567"),
        ("moment", "2026-10-04T08:15:00Z", "Oct. 4, 2026, 8:15 a.m."),
        ("moment", 1791101700, "Oct. 4, 2026, 8:15 a.m."),
        ("moment", "yesterday", "yesterday"),
        ("moment", "2026-13-45T00:00", "2026-13-45T00:00"),
        ("moment", 10**30, f"{10**30:,}".replace(",", "\u202f")),
        ("moment", "9999-12-31T23:59:59", "9999-12-31T23:59:59"),
        ("moment", True, "yes"),
    ],
)
def test_a_value_is_said_as_its_kind_is_or_stands_as_it_came(ticket: Ticket, kind: str, value: Any, said: str) -> None:
    line(ticket.game, "fact", "open", kind=kind)

    assert told(ticket, {"fact": value}) == [said]


def test_a_class_of_the_studio_brings_a_right_that_a_role_can_hold(ticket: Ticket, keeper: Client) -> None:
    keeper.post(reverse("administration:new_card_class"), {"name": "Sanctions"})
    sanctions = CardClass.objects.get(slug="sanctions")
    line(ticket.game, "warnings", "sanctions")
    role = Role.objects.create(name="Fair play", slug="fair-play", rights=[Right.VIEW])
    page = reverse("staff:role", args=[role.pk])
    assert "See “Sanctions” on the player&#x27;s card" in keeper.get(page).content.decode()
    assert "player.see_class.sanctions" in registered()
    assert told(ticket, {"warnings": 3}, *ALL) == []

    keeper.post(page, {"name": "Fair play", "rights_players": [Right.SEE_PLAYER, "player.see_class.sanctions"]})

    boris = somebody(*SEE)
    GrantFactory.create(user=boris, role=role)
    assert [field.value for field in card_of(ticket, boris).fields] == ["3"]
    shown = keeper.get(reverse("administration:card_class", args=[sanctions.pk])).content.decode()
    assert "Fair play" in shown


def test_what_nobody_has_declared_takes_the_rights_of_the_studios_classes_too(ticket: Ticket) -> None:
    CardClass.objects.create(slug="sanctions", name="Sanctions")

    assert told(ticket, {"x": "a secret"}, *ALL) == []
    every = [right for right in registered() if right.group.key == "players"]
    assert told(ticket, {"x": "a secret"}, *every) == ["a secret"]


def test_a_class_keeps_its_right_when_it_is_called_otherwise(anna: Any, ticket: Ticket) -> None:
    made = name_class(None, "VIP", by=anna)

    name_class(made, "Whales", by=anna)

    made.refresh_from_db()
    assert (made.slug, made.name) == ("vip", "Whales")
    assert name_class(None, "VIP", by=anna).slug == "vip-2"
    assert name_class(None, "open", by=anna).slug != "open"
    assert name_class(None, "Ж" * 40, by=anna).slug
    CardClass.objects.bulk_create(CardClass(slug=f"c{n}", name=f"C{n}") for n in range(MOST_CLASSES))
    with pytest.raises(DomainError):
        name_class(None, "One more", by=anna)


def test_the_studio_declares_what_has_come_and_goes_on_with_the_next(ticket: Ticket, keeper: Client) -> None:
    assert told(ticket, {"arena_rank": "gold", "crew": "Pike"}) == []
    page = reverse("administration:card_fields")
    assert "Came, not declared" in keeper.get(page).content.decode()
    rank, crew = CardLine.objects.get(name="arena_rank"), CardLine.objects.get(name="crew")
    classes = {one.slug: one.pk for one in CardClass.objects.all()}
    come = reverse("administration:declare_come", args=[ticket.game.slug])

    answer = keeper.post(come, {"line": rank.pk, "card_class": classes["open"]})
    assert answer.url.endswith(f"?game=emberfall#line-{crew.pk}")
    keeper.post(come, {"line": crew.pk, "card_class": classes["contact"]})

    assert told(ticket, {"arena_rank": "gold", "crew": "Pike"}) == ["gold"]
    assert told(ticket, {"arena_rank": "gold", "crew": "Pike"}, Right.SEE_PLAYER_CONTACT) == ["gold", "Pike"]
    assert AuditEntry.objects.filter(action="players.field_declared").count() == 2
    for wrong in ({"line": rank.pk, "card_class": 10**9}, {"line": 10**9, "card_class": 1}, {"line": "x", "card_class": "x"}, {}):
        assert keeper.post(come, wrong).status_code in {302, 404}
    rank.refresh_from_db()
    assert rank.card_class_id == classes["open"]
    assert "Came, not declared" not in keeper.get(page).content.decode()


def test_a_field_is_declared_changed_and_closed_again(ticket: Ticket, keeper: Client) -> None:
    classes = {one.slug: one.pk for one in CardClass.objects.all()}
    said = {"name": "trophies", "card_class": classes["open"], "label_en": "Trophies", "kind": "number", "filterable": "on"}
    new = reverse("administration:new_card_field", args=[ticket.game.slug])

    assert keeper.post(new, said).status_code == 302
    made = CardLine.objects.get(name="trophies")
    assert (made.game, made.label, made.kind, made.filterable, made.place) == (ticket.game, "Trophies", "number", True, 10)
    for wrong in (
        {"name": "two\nlines"},
        {"name": " "},
        {"name": ""},
        {"card_class": ""},
        {"kind": "poem"},
        {"place": -1},
        {"place": 10**9},
    ):
        assert keeper.post(new, said | {"name": "other"} | wrong).status_code == 422

    change = reverse("administration:card_field", args=[made.pk])
    keeper.post(change, said | {"card_class": classes["payments"], "place": 3})
    made.refresh_from_db()
    assert (made.card_class.slug, made.place, told(ticket, {"trophies": 7})) == ("payments", 3, [])

    keeper.post(reverse("administration:drop_card_field", args=[made.pk]))
    made.refresh_from_db()
    assert (made.card_class, made.label_en) == (None, "Trophies")
    assert told(ticket, {"trophies": 7}, Right.SEE_PLAYER_PAYMENTS) == []
    keeper.post(reverse("administration:forget_names", args=[ticket.game.slug]))
    assert not CardLine.objects.exists()
    noted = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert noted == ["players.field_declared", "players.field_declared", "players.field_undeclared", "players.names_forgotten"]


@pytest.mark.parametrize("count", [0, 500])
def test_the_page_shows_no_field_or_five_hundred(
    ticket: Ticket, keeper: Client, count: int, django_assert_max_num_queries: Callable
) -> None:
    CardLine.objects.bulk_create(CardLine(game=ticket.game, name=f"f{n}") for n in range(count))
    for n in range(0, count, 2):
        line(ticket.game, f"f{n}", "open")

    with django_assert_max_num_queries(9):
        page = keeper.get(reverse("administration:card_fields")).content.decode()

    assert page.count('id="line-') == count // 2
    assert page.count("/settings/card/fields/") == count


def test_a_thousand_names_are_neither_a_thousand_rows_nor_queries(ticket: Ticket, django_assert_max_num_queries: Callable) -> None:
    card = {f"field_{number}": number for number in range(1000)}
    with django_assert_max_num_queries(14):
        remember_account(ticket.player, ticket.game, "A-1", fields=card)
    reader = somebody(*SEE)

    assert CardLine.objects.count() == 200
    with django_assert_max_num_queries(10):
        assert all(field.shut for field in card_of(ticket, reader).fields)


def test_names_without_end_fill_a_list_that_says_so(ticket: Ticket, keeper: Client) -> None:
    for start in range(0, MOST_LINES + 400, 200):
        remember_account(ticket.player, ticket.game, "A-1", fields={f"f{number:05}": 1 for number in range(start, start + 200)})

    assert CardLine.objects.count() == MOST_LINES
    assert "The list is full" in keeper.get(reverse("administration:card_fields")).content.decode()
    answer = keeper.post(
        reverse("administration:new_card_field", args=[ticket.game.slug]),
        {"name": "one_more", "card_class": CardClass.objects.get(slug="open").pk, "kind": "plain"},
    )
    assert answer.status_code == 422 and "at most 1000 fields" in answer.content.decode()


def test_who_may_declare_is_told_once_until_they_have_looked(ticket: Ticket, keeper: Client) -> None:
    vera = User.objects.get(name="Vera Holm")
    other = somebody(Right.VIEW, Right.MANAGE_ROLES, game=ticket.game)

    for name in ("crew", "rank"):
        told(ticket, {name: 1})

    notice = Notice.objects.get()
    assert (notice.user, notice.link) == (vera, reverse("administration:card_fields"))
    assert "nobody has declared" in notice.words() and not other.notices.exists()
    see(vera)
    told(ticket, {"rank": 2})  # nothing new
    told(ticket, {"pet": 2})
    assert Notice.objects.filter(user=vera).count() == 2
