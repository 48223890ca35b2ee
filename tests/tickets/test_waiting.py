"""Who waits since when: what answers a player and what only looks like it."""

from __future__ import annotations

import pytest

from helpdesk.base import clock
from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import Post, make_ticket, newest_question, player_writes
from tests.tickets.deeds import answer, facts_hold, hours_pass, put, reply
from tickets.actors import operator
from tickets.channels import Failed, Uncertain
from tickets.lifecycle import waiting
from tickets.models import FAR, Message, Status, Ticket
from tickets.services import delivery_updates, outbox
from tickets.services.open import Incoming, open_ticket, receive
from tickets.services.reply import OutgoingMessage, add_note, send_automatic, start_conversation

pytestmark = pytest.mark.django_db
Purpose = Message.Purpose


def machine_says(ticket: Ticket, purpose: Message.Purpose, **words: object) -> Message:
    message = send_automatic(
        ticket, OutgoingMessage("We have your message.", answers_upto=newest_question(ticket), **words), purpose=purpose
    )
    assert message is not None
    outbox.send_due()
    message.refresh_from_db()
    ticket.refresh_from_db()
    return message


def test_the_oldest_unanswered_message_counts(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    first = travel.moment

    travel.forward(hours=3)
    player_writes(ticket)
    ticket.refresh_from_db()

    assert (ticket.waiting_since, ticket.waiting_key, ticket.last_player_message_at) == (first, first, travel.moment)


@pytest.mark.parametrize("purpose", [Purpose.ACKNOWLEDGEMENT, Purpose.NOTICE, Purpose.SURVEY])
def test_a_machines_courtesy_answers_nothing(purpose: Message.Purpose, travel: Travel) -> None:
    ticket = make_ticket()
    asked = travel.moment

    travel.forward(minutes=1)
    message = machine_says(ticket, purpose)

    assert message.state == Message.State.SENT
    assert (ticket.status, ticket.waiting_since, ticket.first_reply_at) == (Status.NEW, asked, None)
    assert facts_hold(ticket)


def test_an_automatic_answer_answers_but_is_nobodys_first_reply(travel: Travel) -> None:
    ticket = make_ticket()

    machine_says(ticket, Purpose.AUTOMATIC)

    assert (ticket.status, ticket.waiting_since, ticket.first_reply_at) == (Status.ANSWERED, None, None)


def test_a_note_answers_nothing(anna: User, travel: Travel) -> None:
    ticket = make_ticket()

    add_note(ticket, "Looks like a duplicate.", by=operator(anna))

    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since) == (Status.NEW, travel.moment)


def test_one_answer_answers_all_that_was_on_screen(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    player_writes(ticket)
    player_writes(ticket)

    answer(ticket, anna, travel)

    assert (ticket.waiting_since, ticket.waiting_key) == (None, FAR)


def test_an_answer_sent_in_spite_of_a_newer_message_answers_only_what_was_seen(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    reply(ticket, anna, when_stale=Message.WhenStale.SEND)
    travel.forward(seconds=5)
    second = player_writes(ticket).at

    travel.forward(seconds=16)
    outbox.send_due()

    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since) == (Status.WAITING, second)
    assert facts_hold(ticket)


def test_an_answer_cannot_answer_what_nobody_has_written_yet(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    answer(ticket, anna, travel, answers_upto=10**12)

    player_writes(ticket)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since) == (Status.WAITING, travel.moment)
    assert facts_hold(ticket)


def test_the_first_reply_is_when_it_left_not_when_it_was_written(anna: User, travel: Travel) -> None:
    ticket = make_ticket()

    answer(ticket, anna, travel)
    left = travel.moment
    travel.forward(hours=1)
    answer(ticket, anna, travel, "One thing more.")

    assert ticket.first_reply_at == left


def test_a_bounce_brings_the_waiting_back_and_stops_the_silence(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    asked = travel.moment
    message = answer(ticket, anna, travel)
    assert ticket.status == Status.ANSWERED

    delivery_updates.bounced(message.pk, clock.now(), reason="550 no such user")
    hours_pass(travel, 1000, ticket)

    assert (ticket.status, ticket.waiting_since, ticket.first_reply_at) == (Status.WAITING, asked, None)
    assert facts_hold(ticket)


def test_a_bounced_follow_on_leaves_the_first_answer_an_answer(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    answer(ticket, anna, travel)
    second = answer(ticket, anna, travel, "One thing more.")

    delivery_updates.bounced(second.pk, clock.now(), reason="mailbox full")

    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since) == (Status.ANSWERED, None)


def test_a_bounced_notice_moves_nothing(anna: User, travel: Travel) -> None:
    ticket = put(make_ticket(), Status.RESOLVED, anna)
    notice = machine_says(ticket, Purpose.NOTICE)

    delivery_updates.bounced(notice.pk, clock.now(), reason="550 no such user")

    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED


@pytest.mark.parametrize("outcome", [Failed("550 refused"), Uncertain("the line broke")])
def test_what_failed_or_is_uncertain_answers_nothing(outcome: object, anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    asked = travel.moment
    the_post.outcomes.append(outcome)

    answer(ticket, anna, travel)
    hours_pass(travel, 1000, ticket)

    assert (ticket.status, ticket.waiting_since) == (Status.NEW, asked)
    assert facts_hold(ticket)


def test_a_resent_answer_counts_from_when_it_arrived(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    message = answer(ticket, anna, travel)
    delivery_updates.bounced(message.pk, clock.now(), reason="mailbox full")
    travel.forward(hours=30)

    outbox.resend(message, by=operator(anna))
    outbox.send_due()

    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since, ticket.first_reply_at) == (Status.ANSWERED, None, travel.moment)


def test_a_machines_letter_makes_nobody_wait(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    answer(ticket, anna, travel)

    receive(ticket, Incoming(text="I am on holiday.", channel="post", automatic=True))

    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since) == (Status.ANSWERED, None)
    assert facts_hold(ticket)


def test_a_ticket_that_a_machine_opens_has_nobody_waiting(travel: Travel) -> None:
    other = make_ticket()
    ticket = open_ticket(
        Incoming(text="Out of office.", channel="post", automatic=True), game=other.game, player=other.player, contact=other.contact
    ).ticket

    ticket.refresh_from_db()
    assert (ticket.waiting_since, ticket.waiting_key) == (None, FAR)


def test_in_a_conversation_that_we_begin_nobody_waits_until_the_player_writes(anna: User, travel: Travel, the_post: Post) -> None:
    other = make_ticket()
    words = OutgoingMessage("We have gathered your lost crystals.")
    message = start_conversation(
        game=other.game,
        player=other.player,
        contact=other.contact,
        subject="Your crystals",
        language="en",
        outgoing=words,
        by=operator(anna),
        channel="post",
    )
    ticket = message.ticket
    travel.forward(seconds=16)
    outbox.send_due()
    ticket.refresh_from_db()
    assert (the_post.sent, ticket.status, ticket.waiting_since) == ([message.pk], Status.ANSWERED, None)

    player_writes(ticket, "Thank you!")
    ticket.refresh_from_db()

    assert (ticket.status, ticket.waiting_since) == (Status.WAITING, travel.moment)
    assert facts_hold(ticket)


def test_a_message_that_came_late_but_was_written_early_counts_from_when_it_was_written(travel: Travel) -> None:
    ticket = make_ticket()
    written = travel.moment
    travel.forward(hours=4)
    player_writes(ticket)

    player_writes(ticket, "Sent before the other.", at=written)

    ticket.refresh_from_db()
    assert ticket.waiting_since == written
    assert facts_hold(ticket)


def test_the_checker_finds_a_row_that_lies(travel: Travel) -> None:
    right, wrong = make_ticket(), make_ticket()
    Ticket.objects.filter(pk=wrong.pk).update(waiting_since=None, waiting_key=FAR)

    found = waiting.wrong(list(Ticket.objects.filter(pk__in=[right.pk, wrong.pk])))

    assert [(ticket.pk, facts.waiting_since) for ticket, facts in found] == [(wrong.pk, travel.moment)]
