"""The main job on the core alone: a message, a reply, an answer, silence."""

from __future__ import annotations

import pytest

from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import Post, make_ticket, newest_question, player_writes
from tickets import timers
from tickets.actors import operator
from tickets.channels import Failed
from tickets.models import Draft, Event, Message, Status
from tickets.services import outbox
from tickets.services.reply import OutgoingMessage, send_reply, undo

pytestmark = pytest.mark.django_db


def test_a_ticket_lives_from_the_first_message_to_its_close(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    assert (ticket.status, ticket.waiting_since) == (Status.NEW, travel.moment)

    travel.forward(minutes=30)
    send_reply(ticket, OutgoingMessage("We look into it.", answers_upto=newest_question(ticket)), by=operator(anna))
    outbox.send_due()
    ticket.refresh_from_db()
    assert (ticket.status, the_post.sent) == (Status.NEW, [])  # the undo window is open

    travel.forward(seconds=16)
    outbox.send_due()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since, ticket.first_reply_at) == (Status.ANSWERED, None, travel.moment)

    travel.forward(hours=2)
    player_writes(ticket)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since) == (Status.WAITING, travel.moment)

    send_reply(ticket, OutgoingMessage("Done.", answers_upto=newest_question(ticket), then_status=Status.ANSWERED), by=operator(anna))
    travel.forward(seconds=16)
    outbox.send_due()
    travel.forward(hours=71)
    timers.fire_due()
    ticket.refresh_from_db()
    assert ticket.status == Status.ANSWERED

    travel.forward(hours=1)
    timers.fire_due()
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED

    travel.forward(hours=96)
    timers.fire_due()
    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED

    follow_up = player_writes(ticket).ticket
    assert (follow_up.follows_id, follow_up.status) == (ticket.pk, Status.NEW)
    last = Event.objects.filter(ticket=follow_up).latest("pk")
    assert last.status == follow_up.status


def test_a_player_who_writes_in_the_undo_window_stops_the_reply(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    message = send_reply(ticket, OutgoingMessage("All is well.", answers_upto=newest_question(ticket)), by=operator(anna))

    player_writes(ticket, "Wait, it is worse!")
    travel.forward(seconds=16)
    outbox.send_due()

    message.refresh_from_db()
    assert (message.state, the_post.sent) == (Message.State.STALE, [])
    assert Draft.objects.get(author=anna).text == "All is well."


def test_a_reply_called_back_returns_to_the_composer(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    message = send_reply(ticket, OutgoingMessage("Too fast.", answers_upto=newest_question(ticket)), by=operator(anna))

    undo(message, by=operator(anna))
    travel.forward(seconds=60)
    outbox.send_due()

    assert the_post.sent == []
    assert Draft.objects.get(author=anna).text == "Too fast."


def test_a_refused_message_answers_nothing(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    the_post.outcomes.append(Failed("550 no such user"))
    message = send_reply(ticket, OutgoingMessage("Hello", answers_upto=newest_question(ticket)), by=operator(anna))

    travel.forward(seconds=16)
    outbox.send_due()

    message.refresh_from_db()
    ticket.refresh_from_db()
    assert (message.state, ticket.status) == (Message.State.FAILED, Status.NEW)
    assert ticket.waiting_since is not None
