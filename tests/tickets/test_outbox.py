"""Messages leaving: claims, crashes, lost leases, pauses, and what a human decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from helpdesk.base.errors import Conflict, DomainError
from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import Post, make_ticket, player_writes, post
from tests.tickets.deeds import answer, kinds, reply
from tickets import channels
from tickets.actors import operator
from tickets.channels import Failed, Outcome, Retry, Sent, Uncertain
from tickets.models import Message, Status
from tickets.services import outbox

pytestmark = pytest.mark.django_db
State = Message.State


class Killed(BaseException):
    """The worker's process is gone: no handler of ours runs any more."""


def deliverer(monkeypatch: pytest.MonkeyPatch, deliver: Callable[[Message, Callable[[], None]], Outcome]) -> None:
    monkeypatch.setattr(post, "deliver", deliver)


def leave(message: Message, travel: Travel) -> Message:
    travel.forward(seconds=16)
    outbox.send(message.pk)
    message.refresh_from_db()
    return message


def recovered(message: Message, travel: Travel) -> Message:
    travel.forward(minutes=6)
    outbox.recover()
    message.refresh_from_db()
    return message


def test_nothing_leaves_before_its_time(anna: User, travel: Travel, the_post: Post) -> None:
    message = reply(make_ticket(), anna)

    outbox.send(message.pk)

    message.refresh_from_db()
    assert (message.state, the_post.sent) == (State.QUEUED, [])


def test_a_second_call_finds_nothing_to_claim(anna: User, travel: Travel, the_post: Post) -> None:
    message = leave(reply(make_ticket(), anna), travel)

    outbox.send(message.pk)

    assert (message.state, the_post.sent) == (State.SENT, [message.pk])


def test_killed_before_handing_over_it_goes_back_to_the_queue(
    monkeypatch: pytest.MonkeyPatch, anna: User, travel: Travel, the_post: Post
) -> None:
    def killed(message: Message, handed: Callable[[], None]) -> Outcome:
        raise Killed

    message = reply(make_ticket(), anna)
    with monkeypatch.context() as patch:
        deliverer(patch, killed)
        with pytest.raises(Killed):
            leave(message, travel)

    assert recovered(message, travel).state == State.QUEUED
    outbox.send_due()
    assert the_post.sent == [message.pk]


def test_killed_after_handing_over_it_is_uncertain_and_never_sent_again(
    monkeypatch: pytest.MonkeyPatch, anna: User, travel: Travel, the_post: Post
) -> None:
    def killed(message: Message, handed: Callable[[], None]) -> Outcome:
        handed()
        raise Killed

    ticket = make_ticket()
    message = reply(ticket, anna)
    with monkeypatch.context() as patch:
        deliverer(patch, killed)
        with pytest.raises(Killed):
            leave(message, travel)

    assert recovered(message, travel).state == State.UNCERTAIN
    travel.forward(days=30)
    outbox.send_due()
    assert (the_post.sent, kinds(ticket).count("message.uncertain")) == ([], 1)


def test_a_running_lease_is_left_alone(monkeypatch: pytest.MonkeyPatch, anna: User, travel: Travel) -> None:
    def killed(message: Message, handed: Callable[[], None]) -> Outcome:
        raise Killed

    message = reply(make_ticket(), anna)
    deliverer(monkeypatch, killed)
    with pytest.raises(Killed):
        leave(message, travel)

    travel.forward(minutes=4)

    assert outbox.recover() == 0


def test_an_error_before_handing_over_is_tried_again(monkeypatch: pytest.MonkeyPatch, anna: User, travel: Travel) -> None:
    def broken(message: Message, handed: Callable[[], None]) -> Outcome:
        raise OSError("connection refused")

    deliverer(monkeypatch, broken)
    message = leave(reply(make_ticket(), anna), travel)

    assert (message.state, message.error, message.leaves_at) == (
        State.QUEUED,
        "OSError: connection refused",
        travel.moment + timedelta(seconds=10),
    )


def test_an_error_after_handing_over_is_uncertain(anna: User, travel: Travel, the_post: Post) -> None:
    the_post.outcomes.append(OSError("connection reset"))

    message = leave(reply(make_ticket(), anna), travel)

    assert (message.state, message.error) == (State.UNCERTAIN, "OSError: connection reset")


def test_who_lost_his_lease_sends_nothing(monkeypatch: pytest.MonkeyPatch, anna: User, travel: Travel, the_post: Post) -> None:
    lost = []

    def slow(message: Message, handed: Callable[[], None]) -> Outcome:
        travel.forward(minutes=6)
        outbox.recover()  # another worker's sweep meanwhile
        try:
            handed()
        except Conflict as error:
            lost.append(str(error))
            raise
        raise AssertionError("must not be reached")

    message = reply(make_ticket(), anna)
    with monkeypatch.context() as patch:
        deliverer(patch, slow)
        leave(message, travel)

    message.refresh_from_db()
    assert (len(lost), message.state, message.attempts) == (1, State.QUEUED, 1)
    outbox.send_due()
    assert the_post.sent == [message.pk]


def test_a_slow_worker_that_knows_it_was_sent_settles_what_had_become_uncertain(
    monkeypatch: pytest.MonkeyPatch, anna: User, travel: Travel
) -> None:
    def slow(message: Message, handed: Callable[[], None]) -> Outcome:
        handed()
        travel.forward(minutes=6)
        outbox.recover()
        return Sent()

    ticket = make_ticket()
    deliverer(monkeypatch, slow)
    message = leave(reply(ticket, anna), travel)

    ticket.refresh_from_db()
    assert (message.state, ticket.status) == (State.SENT, Status.ANSWERED)


def test_a_slow_workers_failure_does_not_overrule_a_human(monkeypatch: pytest.MonkeyPatch, anna: User, travel: Travel) -> None:
    message = reply(make_ticket(), anna)

    def slow(taken: Message, handed: Callable[[], None]) -> Outcome:
        handed()
        travel.forward(minutes=6)
        outbox.recover()
        outbox.decide(message, arrived=True, by=operator(anna))
        return Failed("the line broke")

    deliverer(monkeypatch, slow)

    assert leave(message, travel).state == State.SENT


def test_the_pauses_grow_and_after_two_days_it_has_failed(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    the_post.outcomes.extend([Retry("greylisted")] * 60)
    message = reply(ticket, anna)
    travel.forward(seconds=16)
    pauses = []

    for _attempt in range(60):
        outbox.send_due()
        message.refresh_from_db()
        if message.state == State.QUEUED and message.leaves_at:
            pauses.append((message.leaves_at - travel.moment).total_seconds())
            travel.forward(seconds=pauses[-1])

    assert pauses[:8] == [10, 60, 300, 900, 1800, 3600, 3600, 3600]
    assert 48 * 3600 - 3600 < sum(pauses) <= 49 * 3600
    assert (message.state, message.error) == (State.FAILED, "greylisted")
    assert kinds(ticket).count("message.failed") == 1


def test_the_other_side_may_name_its_own_pause(anna: User, travel: Travel, the_post: Post) -> None:
    the_post.outcomes.append(Retry("busy", after=timedelta(minutes=20)))

    message = leave(reply(make_ticket(), anna), travel)

    assert message.leaves_at == travel.moment + timedelta(minutes=20)


def test_a_message_that_nobody_can_deliver_is_kept_for_another_try(anna: User, travel: Travel) -> None:
    message = reply(make_ticket(), anna)
    Message.objects.filter(pk=message.pk).update(channel="pigeon")

    leave(message, travel)

    assert message.state == State.QUEUED
    assert "pigeon" in message.error


def test_one_that_breaks_does_not_stop_the_others(anna: User, travel: Travel, the_post: Post) -> None:
    first, second = reply(make_ticket(), anna), reply(make_ticket(), anna)
    the_post.outcomes.append(OSError("reset"))
    travel.forward(seconds=16)

    assert outbox.send_due() == 2

    assert the_post.sent == [second.pk]
    first.refresh_from_db()
    assert first.state == State.UNCERTAIN


def test_a_human_says_that_it_arrived(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    the_post.outcomes.append(Uncertain("the line broke"))
    message = answer(ticket, anna, travel)

    outbox.decide(message, arrived=True, by=operator(anna))

    ticket.refresh_from_db()
    message.refresh_from_db()
    assert (message.state, ticket.status, ticket.waiting_since) == (State.SENT, Status.ANSWERED, None)


def test_a_human_says_that_it_did_not_and_it_is_sent_again(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    the_post.outcomes.append(Uncertain("the line broke"))
    message = answer(ticket, anna, travel)

    outbox.decide(message, arrived=False, by=operator(anna))
    outbox.send_due()

    message.refresh_from_db()
    assert (message.state, the_post.sent, message.attempts) == (State.SENT, [message.pk], 1)
    assert kinds(ticket)[-5:] == ["message.uncertain", "message.settled", "message.retried", "message.sent", "ticket.moved"]


def test_two_people_decide_once(anna: User, boris: User, travel: Travel, the_post: Post) -> None:
    the_post.outcomes.append(Uncertain("the line broke"))
    message = answer(make_ticket(), anna, travel)
    outbox.decide(message, arrived=True, by=operator(anna))

    with pytest.raises(Conflict):
        outbox.decide(message, arrived=False, by=operator(boris))


def test_what_was_decided_not_to_have_arrived_goes_stale_like_any_other(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    the_post.outcomes.append(Uncertain("the line broke"))
    message = answer(ticket, anna, travel)
    player_writes(ticket)

    outbox.decide(message, arrived=False, by=operator(anna))
    outbox.send_due()

    message.refresh_from_db()
    assert (message.state, the_post.sent) == (State.STALE, [])


def test_a_failed_message_is_sent_again_to_where_the_mail_goes_now(
    monkeypatch: pytest.MonkeyPatch, anna: User, travel: Travel, the_post: Post
) -> None:
    the_post.outcomes.append(Failed("550 no such user"))
    message = answer(make_ticket(), anna, travel)

    def prepare(ticket, message):
        message.to_address = "new@player.example"

    monkeypatch.setattr(post, "prepare", prepare)
    outbox.resend(message, by=operator(anna))
    outbox.send_due()

    message.refresh_from_db()
    assert (message.state, message.to_address, message.error) == (State.SENT, "new@player.example", "")


def test_only_what_failed_is_sent_again(anna: User, travel: Travel) -> None:
    message = answer(make_ticket(), anna, travel)

    with pytest.raises(Conflict):
        outbox.resend(message, by=operator(anna))


def test_a_channel_that_is_not_there_is_named(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    message = reply(ticket, anna)
    Message.objects.filter(pk=message.pk).update(channel="pigeon")

    with pytest.raises(DomainError, match="pigeon"):
        channels.channel("pigeon").prepare(ticket, message)
    left = leave(message, travel)

    assert (left.state, left.error) == (State.QUEUED, "Nothing can be sent by “pigeon” here.")


def test_the_status_chosen_with_the_reply_comes_when_it_leaves(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    until = travel.moment + timedelta(days=2)
    reply(ticket, anna, then_status=Status.PENDING, pending_on="billing", pending_until=until)
    ticket.refresh_from_db()
    assert ticket.status == Status.NEW

    travel.forward(seconds=16)
    outbox.send_due()

    ticket.refresh_from_db()
    assert (ticket.status, ticket.pending_on, ticket.pending_until) == (Status.PENDING, "billing", until)


def test_a_status_that_became_impossible_meanwhile_is_passed_over(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    message = reply(ticket, anna, then_status=Status.IN_PROGRESS)
    type(ticket).objects.filter(pk=ticket.pk).update(status=Status.CLOSED)

    travel.forward(seconds=16)
    outbox.send_due()

    ticket.refresh_from_db()
    assert (the_post.sent, ticket.status) == ([message.pk], Status.CLOSED)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"text": "  \n "}, "text"),
        ({"text": "x" * 100_001}, "text"),
        ({"then_status": "closed"}, "then_status"),
        ({"then_status": "gone"}, "then_status"),
        ({"then_status": "pending"}, "pending_on"),
    ],
)
def test_a_reply_that_cannot_be_meant_is_refused_beside_its_field(words: dict, field: str, anna: User, travel: Travel) -> None:
    with pytest.raises(DomainError) as refusal:
        reply(make_ticket(), anna, **words)

    assert refusal.value.field == field
