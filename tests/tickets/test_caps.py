"""How much of what no person wrote a player may get: over all his tickets, addresses and channels, by count and exactly."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.staff.models import User
from players.services import add_address
from tests.conftest import Travel
from tests.factories.desk import make_game, make_player, make_ticket, newest_question, post
from tests.tickets.deeds import at_once
from tickets.actors import operator
from tickets.caps import CAPS
from tickets.channels import Failed
from tickets.models import Hold, Message, Ticket
from tickets.services import outbox
from tickets.services.held import release
from tickets.services.reply import OutgoingMessage, send_automatic, send_reply

GATES = ["tickets.caps.caps"]
MOST = CAPS[0].most
State, Purpose = Message.State, Message.Purpose


@pytest.fixture(autouse=True)
def _gate(settings: Any) -> None:
    settings.REPLY_GATES = GATES


def notice(ticket: Ticket, purpose: Message.Purpose = Purpose.NOTICE) -> Message:
    message = send_automatic(ticket, OutgoingMessage("We have received your message."), purpose=purpose)
    assert message is not None
    return message


def reason(message: Message) -> str:
    return message.holds.get().reason


@pytest.mark.django_db
def test_all_his_tickets_games_and_channels_count(travel: Travel, the_post: object) -> None:
    mira = make_player()
    for number in range(MOST):
        game = make_game("ashvale") if number % 2 else make_game()
        assert notice(make_ticket(player=mira, game=game, channel=("post", "mail")[number % 2])).state == State.QUEUED

    held = notice(make_ticket(player=mira))

    assert (held.state, held.holds.get().gate) == (State.HELD, "core.caps")
    assert reason(held) == "Too many automatic messages to this player.\n10 / 10 min"
    assert notice(make_ticket(player=make_player("Other"))).state == State.QUEUED


@pytest.mark.django_db
def test_one_ticket_says_that_it_is_this_one(travel: Travel, the_post: object) -> None:
    ticket = make_ticket()
    for _number in range(MOST):
        notice(ticket)

    assert reason(notice(ticket)) == "Too many automatic messages on this ticket.\n10 / 10 min"


@pytest.mark.django_db
def test_whoever_shares_his_address_counts_with_him(travel: Travel, the_post: object) -> None:
    mira, sister = make_player("Mira", "home@players.example"), make_player("Nora", "nora@players.example")
    shared = add_address(sister, "home@players.example")
    for _number in range(MOST):
        notice(make_ticket(player=mira))
    ticket = make_ticket(player=sister)
    Ticket.objects.filter(pk=ticket.pk).update(contact=shared)

    assert reason(notice(ticket)) == "Too many automatic messages to this address.\n10 / 10 min"


@pytest.mark.django_db
def test_what_did_not_leave_is_not_counted(anna: User, travel: Travel, the_post: object) -> None:
    ticket = make_ticket()
    post.outcomes.extend([Failed("550")] * 5)
    for _number in range(5):
        outbox.send(notice(ticket).pk)
    assert Message.objects.filter(state=State.FAILED).count() == 5
    for _number in range(MOST):
        assert notice(ticket).state == State.QUEUED
    held = [notice(ticket) for _number in range(3)]
    assert {message.state for message in held} == {State.HELD}

    travel.forward(minutes=11)

    assert notice(ticket).state == State.QUEUED


@pytest.mark.django_db
def test_a_person_lets_a_held_one_leave_and_then_it_counts(anna: User, travel: Travel, the_post: object) -> None:
    ticket = make_ticket()
    held = [notice(ticket) for _number in range(MOST + 1)][-1]
    travel.forward(minutes=31)
    for _number in range(MOST - 1):
        assert notice(ticket).state == State.QUEUED

    release(Hold.objects.get(message=held), by=operator(anna))

    assert Message.objects.get(pk=held.pk).state == State.QUEUED
    assert notice(ticket).state == State.HELD


@pytest.mark.django_db
def test_what_a_person_wrote_neither_counts_nor_is_held(anna: User, travel: Travel, the_post: object) -> None:
    ticket = make_ticket()

    replies = [
        send_reply(ticket, OutgoingMessage("Hm.", answers_upto=newest_question(ticket)), by=operator(anna)) for _number in range(MOST + 2)
    ]

    assert {reply.state for reply in replies} == {State.QUEUED}
    assert notice(ticket).state == State.QUEUED


@pytest.mark.django_db
def test_surveys_have_a_cap_of_their_own(travel: Travel, the_post: object) -> None:
    mira = make_player()
    asked = [notice(make_ticket(player=mira), Purpose.SURVEY) for _number in range(4)]

    assert [message.state for message in asked] == [State.QUEUED] * 3 + [State.HELD]
    assert reason(asked[-1]).endswith("3 / 600 min")
    assert notice(make_ticket(player=mira)).state == State.QUEUED


@pytest.mark.django_db
def test_it_costs_a_lock_and_one_query_however_much_there_is(travel: Travel, the_post: object) -> None:
    ticket = make_ticket()

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            notice(ticket)
        return len([query for query in queries if "caps of" in query["sql"] or "COALESCE" in query["sql"]])

    few = cost()
    for _number in range(6):
        notice(ticket)
    assert cost() == few == 2


@pytest.mark.usefixtures("committed", "no_other_ears")
def test_two_workers_at_once_never_both_find_room_for_one() -> None:
    mira = make_player()
    tickets = [make_ticket(player=mira) for _number in range(MOST + 4)]

    sent = at_once(*[lambda ticket=ticket: notice(ticket) for ticket in tickets])

    assert sorted(message.state for message in sent) == [State.HELD] * 4 + [State.QUEUED] * MOST
