"""What the world tells of a message, in any order and any number of times."""

from __future__ import annotations

from itertools import permutations

import pytest

from helpdesk.base import clock
from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import Post, make_ticket
from tests.tickets.deeds import answer, facts_hold, kinds, rolled_back
from tickets.actors import operator
from tickets.channels import Uncertain
from tickets.models import Message, Status, Ticket
from tickets.services import delivery_updates, outbox

pytestmark = pytest.mark.django_db
State = Message.State


@pytest.fixture
def ticket(travel: Travel) -> Ticket:
    return make_ticket()


@pytest.fixture
def uncertain(ticket: Ticket, anna: User, travel: Travel, the_post: Post) -> Message:
    the_post.outcomes.append(Uncertain("the line broke"))
    return answer(ticket, anna, travel)


def tell(message: Message, word: str) -> None:
    if word == "bounced":
        delivery_updates.bounced(message.pk, clock.now(), reason="550 no such user")
    else:
        getattr(delivery_updates, word)(message.pk, clock.now())


@pytest.mark.parametrize("word", ["delivered", "opened"])
def test_news_settle_an_uncertain_message(word: str, uncertain: Message, ticket: Ticket) -> None:
    tell(uncertain, word)

    uncertain.refresh_from_db()
    ticket.refresh_from_db()
    assert uncertain.state == (State.DELIVERED if word == "delivered" else State.SENT)
    assert (ticket.status, ticket.waiting_since) == (Status.ANSWERED, None)


def test_a_bounce_settles_an_uncertain_message(uncertain: Message, ticket: Ticket) -> None:
    tell(uncertain, "bounced")

    uncertain.refresh_from_db()
    ticket.refresh_from_db()
    assert (uncertain.state, ticket.status) == (State.BOUNCED, Status.NEW)
    assert kinds(ticket)[-1] == "message.bounced"
    assert ticket.waiting_since is not None


def test_a_delivery_told_while_it_waits_to_leave_again_spares_the_second_journey(uncertain: Message, anna: User, the_post: Post) -> None:
    outbox.decide(uncertain, arrived=False, by=operator(anna))

    tell(uncertain, "delivered")
    outbox.send_due()

    uncertain.refresh_from_db()
    assert (uncertain.state, the_post.sent) == (State.DELIVERED, [])


@pytest.mark.parametrize("first_journey", ["sent", "uncertain"])
def test_in_any_order_and_twice_the_end_is_the_same(first_journey: str, ticket: Ticket, anna: User, travel: Travel, the_post: Post) -> None:
    if first_journey == "uncertain":
        the_post.outcomes.append(Uncertain("the line broke"))
    message = answer(ticket, anna, travel)
    for order in permutations(["delivered", "opened", "bounced", "complained"]):
        with rolled_back():
            for word in (*order, *order):
                tell(message, word)
            message.refresh_from_db()
            ticket.refresh_from_db()
            assert message.state in {State.BOUNCED, State.FAILED}
            assert message.opened_at and message.complained_at
            assert ticket.waiting_since is not None
            assert ticket.status in {Status.NEW, Status.WAITING}
            assert kinds(ticket).count("message.opened") == kinds(ticket).count("message.complained") == 1
            assert facts_hold(ticket)


def test_each_news_is_told_once(ticket: Ticket, anna: User, travel: Travel) -> None:
    message = answer(ticket, anna, travel)

    for word in ("delivered", "delivered", "opened", "opened", "bounced", "bounced"):
        tell(message, word)

    assert [kind for kind in kinds(ticket) if kind in {"message.delivered", "message.opened", "message.bounced"}] == [
        "message.delivered", "message.opened", "message.bounced",
    ]  # fmt: skip


def test_a_bounce_told_long_after_the_delivery_counts(ticket: Ticket, anna: User, travel: Travel) -> None:
    message = answer(ticket, anna, travel)
    tell(message, "delivered")
    travel.forward(hours=5)

    tell(message, "bounced")

    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since is not None) == (Status.WAITING, True)


def test_a_resent_message_can_be_delivered_again(ticket: Ticket, anna: User, travel: Travel) -> None:
    message = answer(ticket, anna, travel)
    tell(message, "delivered")
    tell(message, "bounced")
    outbox.resend(message, by=operator(anna))
    outbox.send_due()

    tell(message, "delivered")

    message.refresh_from_db()
    assert (message.state, message.delivered_at) == (State.DELIVERED, clock.now())


def test_news_of_what_is_not_ours_are_passed_over(ticket: Ticket, travel: Travel) -> None:
    inbound = Message.objects.get(ticket=ticket)

    for pk in (inbound.pk, 10**12):
        delivery_updates.delivered(pk, clock.now())
        delivery_updates.bounced(pk, clock.now(), reason="x")

    inbound.refresh_from_db()
    assert inbound.state == State.RECEIVED


def test_news_of_a_message_that_still_waits_in_the_undo_window_change_nothing(ticket: Ticket, anna: User, travel: Travel) -> None:
    from_now = answer(ticket, anna, travel)
    Message.objects.filter(pk=from_now.pk).update(state=State.QUEUED, sent_at=None)

    for word in ("delivered", "bounced"):
        tell(from_now, word)

    from_now.refresh_from_db()
    assert from_now.state == State.QUEUED
