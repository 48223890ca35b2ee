"""After a resolution one survey goes out, unless the ticket comes back first or there is nothing to rate."""

from __future__ import annotations

import pytest
from django.db import transaction

from helpdesk.base import clock
from helpdesk.studio.capabilities import switch
from helpdesk.studio.models import Mode
from players.models import Address
from players.services import mark_address
from tests.factories.desk import make_game, make_ticket, newest_question, player_writes
from tickets import drain, timers
from tickets.actors import SYSTEM, operator
from tickets.lifecycle.machine import move
from tickets.locks import lock
from tickets.models import Event, Lane, Message, Status, Timer
from tickets.services import delivery_updates, outbox
from tickets.services.reply import OutgoingMessage, send_automatic, send_reply
from tickets.surveys.invite import KIND, fire
from tickets.surveys.models import Refusal, Survey

pytestmark = pytest.mark.django_db


def go_on(travel, **amount):
    """Time passes, and the workers do their work."""
    if amount:
        travel.forward(**amount)
    drain.drain(Lane.NOW)
    drain.drain(Lane.BULK)
    timers.fire_due()
    drain.drain(Lane.BULK)
    outbox.send_due()
    drain.drain(Lane.NOW)
    drain.drain(Lane.BULK)


def answer(ticket, by, travel, text="Here they are.", then_status="resolved"):
    message = send_reply(ticket, OutgoingMessage(text, answers_upto=newest_question(ticket), then_status=then_status), by=operator(by))
    go_on(travel, seconds=20)
    message.refresh_from_db()
    return message


def surveys_sent(ticket):
    return list(Message.objects.filter(ticket=ticket, purpose=Message.Purpose.SURVEY))


def test_a_day_after_the_resolution_the_player_is_asked(the_post, travel, anna):
    ticket = make_ticket(language="de")
    reply = answer(ticket, anna, travel)

    go_on(travel, hours=23)
    assert surveys_sent(ticket) == []

    go_on(travel, hours=1)

    (mail,) = surveys_sent(ticket)
    survey = Survey.objects.get()
    assert mail.state == Message.State.SENT
    assert mail.subject == "Wie war unsere Hilfe bei Emberfall?"
    assert "/survey/" not in mail.text
    assert (survey.reply, survey.reply_author_id, survey.language) == (reply, anna.pk, "de")
    assert mail.text_version_id


def test_the_game_decides_how_long_to_wait(the_post, travel, anna):
    ticket = make_ticket(game=make_game("tideborn", survey_delay_hours=2))
    answer(ticket, anna, travel)

    go_on(travel, hours=2)

    assert len(surveys_sent(ticket)) == 1


def test_a_game_without_surveys_asks_nobody(the_post, travel, anna):
    quiet = make_game("quiet")
    switch("surveys", quiet, Mode.OFF)
    ticket = make_ticket(game=quiet)
    answer(ticket, anna, travel)

    go_on(travel, hours=48)

    assert surveys_sent(ticket) == []
    assert not Timer.objects.filter(kind=KIND).exists()


def test_coming_back_cancels_the_survey(the_post, travel, anna):
    ticket = make_ticket()
    answer(ticket, anna, travel)
    go_on(travel, hours=20)

    player_writes(ticket, "It is still missing.")
    go_on(travel, hours=30)

    assert surveys_sent(ticket) == []


def test_coming_back_in_the_last_moment_is_noticed_although_no_subscriber_has_heard_of_it(the_post, travel, anna):
    ticket = make_ticket()
    answer(ticket, anna, travel)

    travel.forward(hours=25)
    player_writes(ticket, "It is still missing.")
    timers.fire_due()
    drain.drain(Lane.BULK)

    assert surveys_sent(ticket) == []


def test_coming_back_between_the_timer_and_its_survey_is_noticed(the_post, travel, anna):
    ticket = make_ticket()
    answer(ticket, anna, travel)

    travel.forward(hours=25)
    timers.fire_due()
    player_writes(ticket, "It is still missing.")
    drain.drain(Lane.BULK)

    assert surveys_sent(ticket) == []


def test_what_is_due_at_once_holds_no_ticket_for_long(the_post, travel, anna, django_assert_max_num_queries):
    """Firing is one transaction over all due tickets: whatever it costs, their players and operators wait for it."""
    tickets = [make_ticket(text=f"Question {n}") for n in range(12)]
    for ticket in tickets:
        answer(ticket, anna, travel)
    travel.forward(hours=25)
    due = [(ticket, Timer.objects.get(ticket=ticket, kind=KIND)) for ticket in tickets]

    with django_assert_max_num_queries(5):
        fire(due)
    drain.drain(Lane.BULK)

    assert Survey.objects.count() == 12


def test_a_timer_that_fires_twice_asks_once(the_post, travel, anna):
    ticket = make_ticket()
    answer(ticket, anna, travel)
    travel.forward(hours=25)
    timer = Timer.objects.get(ticket=ticket, kind=KIND)

    for _time in range(2):
        fire([(ticket, timer)])
        drain.drain(Lane.BULK)

    assert len(surveys_sent(ticket)) == 1


def test_each_resolution_has_one_survey_of_its_own(the_post, travel, anna, boris):
    ticket = make_ticket()
    answer(ticket, anna, travel)
    go_on(travel, hours=25)
    player_writes(ticket, "One more thing.")
    answer(ticket, boris, travel)
    go_on(travel, hours=25)
    go_on(travel, hours=25)

    assert list(Survey.objects.order_by("pk").values_list("reply_author_id", flat=True)) == [anna.pk, boris.pk]
    assert len(surveys_sent(ticket)) == 2


def test_a_ticket_that_closed_meanwhile_is_still_asked_about(the_post, travel, anna):
    ticket = make_ticket(game=make_game("slow", survey_delay_hours=120))
    answer(ticket, anna, travel)

    go_on(travel, hours=97)
    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED
    go_on(travel, hours=24)

    assert len(surveys_sent(ticket)) == 1


def test_machines_earn_no_rating(the_post, travel, anna):
    ticket = make_ticket()
    reply = answer(ticket, anna, travel, then_status="answered")
    travel.forward(minutes=5)
    for purpose in (Message.Purpose.ACKNOWLEDGEMENT, Message.Purpose.NOTICE, Message.Purpose.AUTOMATIC):
        send_automatic(ticket, OutgoingMessage("From a machine.", answers_upto=newest_question(ticket)), purpose=purpose)
    go_on(travel, seconds=5)
    go_on(travel, hours=72)  # silence resolves it
    go_on(travel, hours=24)

    assert Survey.objects.get().reply == reply


def test_without_an_answer_of_a_person_nobody_is_asked(the_post, travel, anna):
    ticket = make_ticket()
    with_lock_move(ticket, Status.RESOLVED, operator(anna))

    go_on(travel, hours=30)

    assert surveys_sent(ticket) == []


def test_a_reply_that_came_back_earns_nothing(the_post, travel, anna, boris):
    ticket = make_ticket()
    first = answer(ticket, anna, travel, then_status="answered")
    second = answer(ticket, boris, travel, "And a second.", then_status="resolved")
    delivery_updates.bounced(second.pk, clock.now(), reason="550 5.1.1 unknown")
    go_on(travel)
    with_lock_move(ticket, Status.RESOLVED, SYSTEM)
    go_on(travel, hours=25)

    assert Survey.objects.get().reply == first


def test_who_said_no_is_not_asked(the_post, travel, anna):
    ticket = make_ticket()
    Refusal.objects.create(player=ticket.player)
    answer(ticket, anna, travel)

    go_on(travel, hours=25)

    assert surveys_sent(ticket) == []


def test_an_address_that_bounced_is_left_alone(the_post, travel, anna):
    ticket = make_ticket()
    answer(ticket, anna, travel)
    mark_address(ticket.contact.address, Address.State.BOUNCED, reason="550")

    go_on(travel, hours=25)

    assert surveys_sent(ticket) == []
    unsent = Event.objects.get(ticket=ticket, kind="message.unsent", data__purpose="survey")
    assert unsent.data == {"purpose": "survey", "why": "unreachable"}


def test_a_survey_neither_answers_nor_moves(the_post, travel, anna):
    ticket = make_ticket()
    answer(ticket, anna, travel)
    ticket.refresh_from_db()
    before = (ticket.status, ticket.first_reply_at, ticket.status_since)

    go_on(travel, hours=25)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.first_reply_at, ticket.status_since) == before


def with_lock_move(ticket, to, by):

    with transaction.atomic():
        move(lock(ticket), to, by=by)
