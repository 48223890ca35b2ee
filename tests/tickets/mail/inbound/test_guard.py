"""Nothing automatic talks to machines, and never too much to anybody; people always may."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.staff.models import User
from helpdesk.studio.models import Game
from tests.conftest import Travel
from tests.factories.desk import newest_question
from tests.tickets.mail.inbound.desk import receive_mail
from tests.tickets.mail.parse.letters import letter
from tickets.actors import operator
from tickets.caps import CAPS
from tickets.models import Message, Status, Ticket
from tickets.services import outbox
from tickets.services.reply import OutgoingMessage, send_automatic, send_reply

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _gate(settings: Any) -> None:
    settings.REPLY_GATES = ["tickets.caps.caps", "tickets.mail.outbound.guard.no_loops"]


def notice(ticket: Ticket) -> Message:
    message = send_automatic(ticket, OutgoingMessage("We have received your message."), purpose=Message.Purpose.ACKNOWLEDGEMENT)
    assert message is not None
    return message


def test_the_eleventh_automatic_mail_in_ten_minutes_is_held_with_the_reason(ember: Game, travel: Travel):
    ticket = receive_mail(letter("My sword is gone.")).ticket
    sent = [notice(ticket) for _number in range(CAPS[0].most)]
    assert {message.state for message in sent} == {Message.State.QUEUED}

    held = notice(ticket)

    assert held.state == Message.State.HELD
    assert "10" in held.holds.get().reason


def test_after_the_period_it_may_speak_again(ember: Game, travel: Travel):
    ticket = receive_mail(letter("My sword is gone.")).ticket
    for _number in range(10):
        notice(ticket)
    travel.forward(minutes=11)

    assert notice(ticket).state == Message.State.QUEUED


def test_the_address_counts_over_all_its_tickets(ember: Game, travel: Travel):
    for number in range(10):
        notice(receive_mail(letter(f"Question {number}", message_id=f"<{number}@players.example>")).ticket)

    raw = receive_mail(letter("One more", message_id="<x@players.example>"))

    assert notice(raw.ticket).state == Message.State.HELD


def test_a_mailing_list_is_read_but_never_answered_by_a_machine(ember: Game):
    raw = receive_mail(letter("Hello list", list_id="<guild.lists.example>", precedence="list"))

    held = notice(raw.ticket)

    assert held.state == Message.State.HELD
    assert held.holds.get().reason == "The last message came from a machine.\nPrecedence: list"


def test_a_no_reply_sender_gets_no_automatic_answer(ember: Game):
    raw = receive_mail(letter("Your order", **{"from": "Shop <no-reply@shop.example>"}))

    assert notice(raw.ticket).state == Message.State.HELD


def test_a_form_that_sends_for_a_player_is_answered_at_the_players_address(ember: Game):
    raw = receive_mail(letter("From the form", reply_to="Anna <anna@players.example>", **{"from": "Form <no-reply@studio.example>"}))

    assert (raw.message.from_address, raw.ticket.contact.address) == ("anna@players.example", "anna@players.example")


def answered(ticket: Ticket, anna: User, travel: Travel) -> Message:
    reply = send_reply(ticket, OutgoingMessage("Here it is.", answers_upto=newest_question(ticket)), by=operator(anna))
    travel.forward(seconds=20)
    outbox.send_due()
    reply.refresh_from_db()
    return reply


def test_when_one_of_us_has_answered_a_mailing_list_a_survey_may_leave(ember: Game, travel: Travel, anna: User):
    ticket = receive_mail(letter("Hello list", list_id="<guild.lists.example>", precedence="list")).ticket
    assert notice(ticket).state == Message.State.HELD

    answered(ticket, anna, travel)

    assert notice(ticket).state == Message.State.QUEUED


def test_a_group_of_our_own_is_acknowledged_at_once(ember: Game):
    raw = receive_mail(letter("My sword is gone.", list_id="<help.ember.example>", precedence="list"))

    assert notice(raw.ticket).state == Message.State.QUEUED


def test_a_doubt_does_not_last_for_ever(ember: Game, travel: Travel, anna: User):
    ticket = receive_mail(letter("My sword is gone.")).ticket
    reply = answered(ticket, anna, travel)
    receive_mail(letter("I am away.", subject="Automatic reply: Sword", message_id="<v@x.example>", in_reply_to=reply.message_id))
    assert notice(ticket).state == Message.State.HELD

    travel.forward(days=8)

    assert notice(ticket).state == Message.State.QUEUED


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("Back on Monday.", {"subject": "Automatic reply: Your sword"}),
        ("Got it.", {"return_path": "<>"}),
        ("Estou de férias.", {"precedence": "bulk"}),
        ("Automatic.", {"x_autoresponder": "yes"}),
    ],
)
def test_a_note_that_answers_by_itself_is_shown_and_reopens_nothing(
    ember: Game, travel: Travel, anna: User, text: str, headers: dict[str, str]
):
    ticket = receive_mail(letter("My sword is gone.")).ticket
    reply = answered(ticket, anna, travel)

    raw = receive_mail(letter(text, message_id="<v@x.example>", in_reply_to=reply.message_id, **headers))

    raw.ticket.refresh_from_db()
    assert (raw.ticket, raw.message.automatic) == (ticket, True)
    assert (raw.ticket.status, raw.ticket.waiting_since) == (Status.ANSWERED, None)
    assert notice(raw.ticket).state == Message.State.HELD


@pytest.mark.parametrize(
    "headers",
    [
        {"subject": "Re: I am on vacation and cannot log in"},
        {"return_path": "<>", "user_agent": "Mozilla Thunderbird"},
        {"precedence": "list", "list_id": "<guild.lists.example>"},
        {"x_auto_response_suppress": "All"},
        {"auto_submitted": "auto-generated", "x_ms_exchange_generated_message_source": "Mailbox Rules Agent"},
        {"from": "Anna <bounce-queen@players.example>"},
    ],
)
def test_a_person_with_one_weak_sign_comes_back(ember: Game, travel: Travel, anna: User, headers: dict[str, str]):
    ticket = receive_mail(letter("I am on vacation.", subject="I am on vacation and cannot log in")).ticket
    reply = answered(ticket, anna, travel)

    raw = receive_mail(letter("It still does not work.", message_id="<p@x.example>", **({"in_reply_to": reply.message_id} | headers)))

    raw.ticket.refresh_from_db()
    assert (raw.ticket, raw.message.automatic, raw.ticket.status) == (ticket, False, Status.WAITING)
