"""A player is blocked by a person until a moment: what that does, how it ends, and what two at once make of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from helpdesk.audit.models import AuditEntry
from helpdesk.base.clock import now
from helpdesk.base.errors import Conflict, DomainError
from helpdesk.base.parking import lots, newest
from helpdesk.staff.models import Notice, User
from helpdesk.staff.rights import Right
from players import blocks, erasure
from players.models import Player, PlayerBlock
from tests.conftest import Travel
from tests.factories.desk import Post, make_game, make_player, make_ticket
from tests.factories.staff import somebody
from tests.tickets.deeds import at_once, hours_pass, kinds, put, reply
from tickets import drain
from tickets.models import Event, Lane, LifecycleRule, Message, Status, Ticket
from tickets.services import blocks as services
from tickets.services import outbox
from tickets.services.blocks import block_player, bring_in, end_due, unblock_player

DAY = timedelta(days=1)
WHY = "Threatens colleagues in every mail"


@pytest.fixture
def olga(db: None) -> User:
    return somebody(Right.VIEW, Right.BLOCK_PLAYER, name="Olga Ward")


@pytest.fixture
def ticket(db: None, travel: Travel) -> Ticket:
    return make_ticket()


def told(player: Player) -> list[tuple[str, str, dict[str, Any]]]:
    rows = Event.objects.filter(subject=f"player:{player.pk}").order_by("pk")
    return [(event.kind, event.actor_kind, event.data) for event in rows]


def blocked(ticket: Ticket, by: User, *, days: float = 7) -> PlayerBlock:
    made = block_player(ticket.player, on=ticket, until=now() + days * DAY, why=WHY, by=by)
    ticket.refresh_from_db()
    return made


def test_a_block_is_written_down_told_and_lifted(ticket: Ticket, olga: User, travel: Travel) -> None:
    before = kinds(ticket)
    made = blocked(ticket, olga)
    assert ticket.player.is_blocked and ticket.player.blocked_until == made.until
    assert told(ticket.player) == [("player.blocked", "operator", {"block": made.pk, "ticket": ticket.pk, "until": made.until.isoformat()})]
    assert kinds(ticket) == before and ticket.status == Status.NEW, "open tickets stay as they are"

    travel.forward(days=1)
    unblock_player(ticket.player, by=olga)
    with pytest.raises(Conflict):
        unblock_player(ticket.player, by=olga)

    made.refresh_from_db()
    assert (made.ended_at, made.ended_by, made.why) == (now(), olga, WHY)
    assert not Player.objects.get().is_blocked
    assert told(ticket.player)[1] == ("player.unblocked", "operator", {"block": made.pk, "aside": 0})
    audit = list(AuditEntry.objects.order_by("pk").values_list("action", "data"))
    assert [action for action, _data in audit] == ["players.blocked", "players.unblocked"]
    assert WHY not in str(audit), "words about a player stand where they can be erased"
    blocked(ticket, olga)
    assert PlayerBlock.objects.count() == 2


@pytest.mark.parametrize("days", [-1, 0, 800])
def test_an_end_within_two_years_and_a_reason_are_asked_for(days: int, ticket: Ticket, olga: User) -> None:
    with pytest.raises(DomainError) as refusal:
        blocked(ticket, olga, days=days)
    assert refusal.value.field == "until"
    with pytest.raises(DomainError) as refusal:
        block_player(ticket.player, on=ticket, until=now() + DAY, why=" \n ", by=olga)
    assert refusal.value.field == "why"
    assert not PlayerBlock.objects.exists()


def test_it_ends_by_itself_and_who_decided_it_is_told(ticket: Ticket, olga: User, anna: User, travel: Travel) -> None:
    made = blocked(ticket, olga, days=1)
    assert end_due() == 0

    travel.forward(hours=25)
    assert not Player.objects.get().is_blocked, "also before the sweep comes by"
    assert end_due() == 1
    drain.drain(Lane.NOW)
    drain.drain(Lane.BULK)

    made.refresh_from_db()
    assert (made.ended_at, made.ended_by) == (made.until, None)
    assert told(ticket.player)[1][:2] == ("player.unblocked", "system")
    notice = Notice.objects.get()
    assert (notice.user, notice.link) == (olga, f"/tickets/{ticket.number}/")
    assert notice.words() == f"The block of the player of {ticket.number} is over. Messages set aside meanwhile: 0. “Crystals”"


def test_lifting_it_is_no_news_to_who_decided_it(ticket: Ticket, olga: User, anna: User) -> None:
    blocked(ticket, olga)
    unblock_player(ticket.player, by=anna)
    drain.drain(Lane.NOW)
    assert not Notice.objects.exists()


def test_who_may_not_see_the_ticket_any_more_is_not_told_of_it(ticket: Ticket, travel: Travel) -> None:
    elsewhere = somebody(Right.VIEW, Right.BLOCK_PLAYER, game=make_game("ashvale"))
    blocked(ticket, elsewhere, days=1)
    travel.forward(days=2)
    end_due()
    drain.drain(Lane.NOW)
    assert not Notice.objects.exists()


def test_a_block_over_by_itself_makes_room_before_the_sweep_has_seen_it(ticket: Ticket, olga: User, travel: Travel) -> None:
    first = blocked(ticket, olga, days=1)
    travel.forward(days=2)
    second = blocked(ticket, olga, days=1)

    first.refresh_from_db()
    assert (first.ended_at, second.ended_at) == (first.until, None)
    assert [kind for kind, _by, _data in told(ticket.player)] == ["player.blocked", "player.unblocked", "player.blocked"]


def test_no_row_stops_the_sweep(ticket: Ticket, olga: User, travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    chief = somebody(Right.MANAGE_DELIVERIES)
    bad, good = blocked(ticket, olga, days=1), blocked(make_ticket(), olga, days=1)
    end = blocks.end

    def breaks(pk: int, **more: Any) -> PlayerBlock:
        if pk == bad.pk:
            raise ValueError("This one cannot be ended.")
        return end(pk, **more)

    monkeypatch.setattr(blocks, "end", breaks)
    travel.forward(days=2)
    assert (end_due(), end_due()) == (2, 0)

    good.refresh_from_db()
    bad.refresh_from_db()
    assert good.ended_at and not bad.ended_at
    assert [(one.pk, one.reason) for one in newest(5, lots()) if one.lot.name == "block"] == [
        (bad.pk, "ValueError: This one cannot be ended.")
    ]
    assert Notice.objects.filter(user=chief, kind="desk.parked").exists()
    monkeypatch.setattr(blocks, "end", end)
    assert (services.retry([bad.pk, good.pk]), end_due()) == (1, 1)


def test_nothing_automatic_is_sent_to_him_and_people_may_write(
    ticket: Ticket, olga: User, anna: User, travel: Travel, the_post: Post
) -> None:
    LifecycleRule.objects.filter(from_status="answered", trigger="silence").update(notice_key="notice.resolved")
    blocked(ticket, olga, days=30)

    message = reply(ticket, anna)
    travel.forward(seconds=20)
    outbox.send_due()
    hours_pass(travel, 100, ticket)
    drain.drain(Lane.NOW)
    drain.drain(Lane.BULK)
    hours_pass(travel, 100, ticket)
    drain.drain(Lane.BULK)

    assert the_post.sent == [message.pk]
    assert Message.objects.filter(ticket=ticket, kind="reply").count() == 1
    unsent = Event.objects.filter(ticket=ticket, kind="message.unsent")
    assert {(event.data["purpose"], event.data["why"]) for event in unsent} >= {("notice", "blocked")}


def test_no_survey_goes_to_him(ticket: Ticket, olga: User, anna: User, travel: Travel, the_post: Post) -> None:
    reply(ticket, anna)
    travel.forward(seconds=20)
    outbox.send_due()
    put(ticket, Status.RESOLVED, anna)
    blocked(ticket, olga)
    for _turn in range(3):
        drain.drain(Lane.NOW)
        drain.drain(Lane.BULK)
        hours_pass(travel, 30, ticket)

    unsent = Event.objects.filter(ticket=ticket, kind="message.unsent")
    assert [(event.data["purpose"], event.data["why"]) for event in unsent] == [("survey", "blocked")]


def test_nothing_is_brought_in_while_he_is_blocked(ticket: Ticket, olga: User) -> None:
    blocked(ticket, olga)
    with pytest.raises(Conflict):
        bring_in(ticket.player, by=olga)


def test_an_erased_player_is_not_blocked_and_nobody_knows_why_he_was(ticket: Ticket, olga: User, travel: Travel) -> None:
    made = blocked(ticket, olga)
    erasure.ask(ticket.player, by=None, at_once=True)
    erasure.run_due()

    made.refresh_from_db()
    player = Player.objects.get()
    assert (made.why, made.ended_at, player.is_blocked) == ("", now(), False)
    travel.forward(days=8)
    assert end_due() == 0
    with pytest.raises(Conflict):
        blocked(ticket, olga)


def test_the_database_keeps_one_open_block_a_player(ticket: Ticket, olga: User) -> None:
    made = blocked(ticket, olga)
    with pytest.raises(IntegrityError, match="one_open_block"), transaction.atomic():
        PlayerBlock.objects.create(player=made.player, until=made.until, why="x", by=olga)


@pytest.mark.usefixtures("committed", "no_other_ears")
def test_two_who_block_at_once_and_two_who_lift_at_once() -> None:
    make_game()
    anna, boris = (User.objects.create_user(f"{name}@studio.example", "x", name=name.title()) for name in ("anna", "boris"))
    ticket = make_ticket(player=make_player())
    until = now() + DAY

    made = at_once(*[lambda by=by: block_player(ticket.player, on=ticket, until=until, why=WHY, by=by) for by in (anna, boris)])
    assert sorted(type(one).__name__ for one in made) == ["Conflict", "PlayerBlock"]
    lost = next(one for one in made if isinstance(one, Conflict))
    assert "has blocked this player already" in str(lost)
    lifted = at_once(*[lambda by=by: unblock_player(ticket.player, by=by) for by in (anna, boris)])

    assert sorted(type(one).__name__ for one in lifted) == ["Conflict", "PlayerBlock"]
    assert [kind for kind, _by, _data in told(ticket.player)] == ["player.blocked", "player.unblocked"]
    assert Player.objects.get().blocked_until is None
