"""Blocking a player from beside his ticket: who sees it, who may do it, and lifting it by a click."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from helpdesk.base.clock import now
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from players.models import PlayerBlock
from tests.conftest import Travel
from tests.factories.desk import Post, make_game, make_player, make_ticket, post
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import DAILY
from tickets.actors import operator
from tickets.models import Ticket
from tickets.services.blocks import block_player
from tickets.services.edit import set_player

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def olga(travel: Travel) -> User:
    return somebody(*DAILY, Right.BLOCK_PLAYER, name="Olga Ward")


@pytest.fixture
def desk(olga: User) -> Client:
    client = Client()
    client.force_login(olga)
    return client


@pytest.fixture
def ticket(travel: Travel) -> Ticket:
    return make_ticket()


def card(client: Client, ticket: Ticket) -> str:
    return client.get(f"/tickets/{ticket.number}/card/", headers=HTMX).content.decode()


def test_a_player_is_blocked_and_freed(desk: Client, ticket: Ticket, olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Block…" in card(desk, ticket) and "player blocked" not in desk.get(f"/tickets/{ticket.number}/").content.decode()
    dialog = desk.get(f"/tickets/{ticket.number}/block/", headers=HTMX).content.decode()
    assert "to any game, is kept and set aside" in dialog and "30 days" in dialog

    him = {"player": str(ticket.player_id)}
    answer = desk.post(f"/tickets/{ticket.number}/block/", him | {"until": "week", "why": "Threatens us"}, headers=HTMX)
    made = PlayerBlock.objects.get()
    assert (made.until, made.why, made.by) == (now() + timedelta(days=7), "Threatens us", olga)
    assert "Blocked until 12 Oct 09:00." in answer["HX-Trigger"] and "card-changed" in answer["HX-Trigger"]
    shown = card(desk, ticket)
    assert "Blocked until" in shown and "by Olga Ward," in shown and "Threatens us" in shown and "Block…" not in shown
    assert "player blocked" in desk.get(f"/tickets/{ticket.number}/").content.decode()
    again = desk.post(f"/tickets/{ticket.number}/block/", him | {"until": "day", "why": "Once more"}, headers=HTMX)
    assert again.status_code == 422 and "Olga Ward has blocked this player already" in again.content.decode()

    monkeypatch.setattr(Post, "kept_aside", lambda *_: 3)
    assert "3 messages were set aside" in card(desk, ticket) and "Bring them in" not in card(desk, ticket)
    freed = desk.post(f"/tickets/{ticket.number}/unblock/", headers=HTMX)
    assert "can be brought in" in freed["HX-Trigger"]
    assert "Bring them in" in card(desk, ticket) and "Blocked until" not in card(desk, ticket)
    monkeypatch.setattr(post, "bring_in", lambda _player: 3, raising=False)
    assert "3 messages come in now" in desk.post(f"/tickets/{ticket.number}/brought-in/", headers=HTMX)["HX-Trigger"]
    assert "not blocked any more" in desk.post(f"/tickets/{ticket.number}/unblock/", headers=HTMX)["HX-Trigger"]


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"until": "date", "why": "x"}, "Say until when."),
        ({"until": "date", "moment": "2026-10-01T09:00", "why": "x"}, "That moment has passed."),
        ({"until": "date", "moment": "2036-10-01T09:00", "why": "x"}, "more than two years ahead"),
        ({"until": "date", "moment": "soon", "why": "x"}, "Enter a valid date/time."),
        ({"until": "ever", "why": "x"}, "Select a valid choice."),
        ({"until": "day", "why": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(said: dict[str, str], refused: str, desk: Client, ticket: Ticket) -> None:
    answer = desk.post(f"/tickets/{ticket.number}/block/", said | {"player": str(ticket.player_id)})

    assert answer.status_code == 422 and refused in answer.content.decode()
    assert not PlayerBlock.objects.exists()


def test_nobody_is_blocked_whom_the_screen_did_not_show(desk: Client, ticket: Ticket, olga: User) -> None:
    page = desk.get(f"/tickets/{ticket.number}/block/").content.decode()
    assert f'name="player" value="{ticket.player_id}"' in page
    set_player(ticket, make_player("Somebody else"), by=operator(olga))

    answer = desk.post(f"/tickets/{ticket.number}/block/", {"player": ticket.player_id, "until": "day", "why": "x"})

    assert answer.status_code == 422 and "belongs to another player meanwhile" in answer.content.decode()
    assert not PlayerBlock.objects.exists()


def test_the_moment_is_the_operators_own(desk: Client, ticket: Ticket, olga: User) -> None:
    User.objects.filter(pk=olga.pk).update(timezone="Europe/Riga")
    desk.post(f"/tickets/{ticket.number}/block/", {"player": ticket.player_id, "until": "date", "moment": "2026-10-06T12:00", "why": "x"})
    assert PlayerBlock.objects.get().until == datetime(2026, 10, 6, 9, tzinfo=UTC)


def test_everybody_who_sees_the_player_sees_the_block_and_few_may_lift_it(ticket: Ticket, olga: User) -> None:
    block_player(ticket.player, on=ticket, until=now() + timedelta(days=1), why="Threatens us", by=olga)
    reader, stranger = Client(), Client()
    reader.force_login(somebody(Right.VIEW, Right.SEE_PLAYER))
    stranger.force_login(somebody(*DAILY, Right.BLOCK_PLAYER, game=make_game("ashvale")))

    assert "Threatens us" in card(reader, ticket) and "Lift the block" not in card(reader, ticket)
    for deed in ("block", "unblock", "brought-in"):
        assert reader.post(f"/tickets/{ticket.number}/{deed}/").status_code == 403
        assert stranger.post(f"/tickets/{ticket.number}/{deed}/").status_code == 404
    blind = Client()
    blind.force_login(somebody(Right.VIEW))
    assert "Threatens us" not in card(blind, ticket)
    assert "player blocked" in blind.get(f"/tickets/{ticket.number}/").content.decode()
