"""Gates hold a reply back; it leaves when the last hold is open."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from helpdesk.base.errors import Conflict, NotAllowed
from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import Post, make_ticket, newest_question, player_writes
from tests.tickets.deeds import kinds, reply
from tickets.gates import GateHold
from tickets.models import Draft, Event, Hold, Message, Status
from tickets.services import outbox
from tickets.services.holds import release
from tickets.services.reply import OutgoingMessage, send_automatic, undo

pytestmark = pytest.mark.django_db
State = Message.State


def mentor(message: Message) -> GateHold | None:
    return GateHold("A mentor reads it first.") if message.author_kind == "operator" else None


def lawyer(message: Message) -> GateHold | None:
    return GateHold("It speaks of refunds.") if "refund" in message.text else None


@pytest.fixture
def gated(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    gates = {f"studio.{gate.__name__}": gate for gate in (mentor, lawyer)}
    settings.REPLY_GATES = list(gates)
    monkeypatch.setattr("tickets.gates.import_string", gates.__getitem__)


def holds(message: Message) -> list[Hold]:
    return list(message.holds.order_by("pk"))


def test_a_held_reply_does_not_leave(gated: None, anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    message = reply(ticket, anna)

    travel.forward(days=3)
    outbox.send_due()

    message.refresh_from_db()
    assert (message.state, the_post.sent) == (State.HELD, [])
    assert [hold.reason for hold in holds(message)] == ["A mentor reads it first."]
    assert kinds(ticket)[-2:] == ["message.written", "message.held"]


def test_released_it_leaves_at_once_under_its_authors_name(gated: None, anna: User, boris: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    message = reply(ticket, anna)

    release(holds(message)[0], by=boris)
    outbox.send_due()

    message.refresh_from_db()
    moved, sent = (Event.objects.get(ticket=ticket, kind=kind) for kind in ("ticket.moved", "message.sent"))
    assert (message.state, message.author_id, message.approver_id) == (State.SENT, anna.pk, boris.pk)
    assert (moved.actor_id, moved.on_behalf_of) == (anna.pk, None)
    assert (sent.data["author"], sent.data["approver"]) == (anna.pk, boris.pk)


def test_it_leaves_when_the_last_hold_is_open(gated: None, anna: User, boris: User, travel: Travel) -> None:
    message = reply(make_ticket(), anna, "You get a refund.")
    first, second = holds(message)

    assert release(first, by=boris).state == State.HELD
    assert release(second, by=boris).state == State.QUEUED


def test_nobody_releases_his_own_reply(gated: None, anna: User, travel: Travel) -> None:
    message = reply(make_ticket(), anna)

    with pytest.raises(NotAllowed):
        release(holds(message)[0], by=anna)


def test_two_clicks_release_once(gated: None, anna: User, boris: User, travel: Travel) -> None:
    message = reply(make_ticket(), anna)
    hold = holds(message)[0]
    release(hold, by=boris)

    with pytest.raises(Conflict):
        release(hold, by=boris)


def test_a_held_reply_can_be_called_back_and_then_nobody_releases_it(gated: None, anna: User, boris: User, travel: Travel) -> None:
    message = reply(make_ticket(), anna, "Hello!")
    hold = holds(message)[0]

    undo(message, by=anna)

    assert Draft.objects.get(author=anna).text == "Hello!"
    with pytest.raises(Conflict):
        release(hold, by=boris)


def test_what_the_player_wrote_while_it_was_held_makes_it_stale(
    gated: None, anna: User, boris: User, travel: Travel, the_post: Post
) -> None:
    ticket = make_ticket()
    message = reply(ticket, anna)
    player_writes(ticket)

    release(holds(message)[0], by=boris)
    outbox.send_due()

    message.refresh_from_db()
    assert (message.state, the_post.sent) == (State.STALE, [])


def test_a_held_reply_answers_nothing(gated: None, anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    reply(ticket, anna)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since) == (Status.NEW, travel.moment)


def test_a_gate_may_let_machines_pass(gated: None, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    words = OutgoingMessage("Restart the game.", answers_upto=newest_question(ticket))
    message = send_automatic(ticket, words, purpose=Message.Purpose.AUTOMATIC)
    outbox.send_due()

    assert message is not None
    assert the_post.sent == [message.pk]


def test_a_gate_that_is_not_there_stops_the_sending_loudly(settings: Any, anna: User, travel: Travel) -> None:
    settings.REPLY_GATES = ["tickets.nowhere.gate"]

    with pytest.raises((ImportError, ImproperlyConfigured)):
        reply(make_ticket(), anna)

    assert not Message.objects.filter(kind="reply").exists()
