"""A thanks needs no reply: a person says so, the player waits no longer, and silence goes on with the ticket."""

from __future__ import annotations

import pytest

from helpdesk.base.errors import Conflict
from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import make_ticket, newest_question, player_writes
from tests.tickets.deeds import answer, facts_hold, hours_pass, kinds, put
from tickets.lifecycle.waiting import question_before
from tickets.models import Status, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def thanked(anna: User, travel: Travel) -> Ticket:
    """Answered and resolved, then the player said thanks."""
    ticket = make_ticket()
    answer(ticket, anna, travel, then_status="resolved")
    travel.forward(hours=1)
    player_writes(ticket, "Thanks a lot!")
    ticket.refresh_from_db()
    return ticket


def test_a_thanks_is_excused_and_the_ticket_closes_by_silence(thanked: Ticket, anna: User, travel: Travel) -> None:
    assert thanked.status == Status.WAITING

    put(thanked, Status.RESOLVED, anna, no_reply_needed_upto=newest_question(thanked))

    assert thanked.waiting_since is None
    assert facts_hold(thanked)
    assert "ticket.no_reply_needed" in kinds(thanked)
    hours_pass(travel, 97, thanked)
    assert thanked.status == Status.CLOSED


def test_without_that_word_the_player_still_waits(thanked: Ticket, anna: User, travel: Travel) -> None:
    put(thanked, Status.RESOLVED, anna)

    hours_pass(travel, 97, thanked)

    assert (thanked.status, thanked.waiting_since is None) == (Status.RESOLVED, False)


def test_what_its_reader_has_not_seen_is_never_excused(thanked: Ticket, anna: User, travel: Travel) -> None:
    seen = newest_question(thanked)
    travel.forward(minutes=1)
    player_writes(thanked, "Wait, now it is broken again!")

    with pytest.raises(Conflict):
        put(thanked, Status.RESOLVED, anna, no_reply_needed_upto=seen)

    thanked.refresh_from_db()
    assert (thanked.status, thanked.waiting_since is None) == (Status.WAITING, False)
    assert facts_hold(thanked)


def test_a_later_message_waits_by_itself(thanked: Ticket, anna: User, travel: Travel) -> None:
    put(thanked, Status.RESOLVED, anna, no_reply_needed_upto=newest_question(thanked))
    travel.forward(hours=2)

    player_writes(thanked, "One more thing.")

    thanked.refresh_from_db()
    assert (thanked.status, thanked.waiting_since) == (Status.WAITING, travel.moment)
    assert facts_hold(thanked)


def test_setting_it_to_waiting_takes_the_word_back(thanked: Ticket, anna: User, travel: Travel) -> None:
    asked = thanked.waiting_since
    put(thanked, Status.RESOLVED, anna, no_reply_needed_upto=newest_question(thanked))

    put(thanked, Status.WAITING, anna)

    assert thanked.waiting_since == asked
    assert facts_hold(thanked)


def test_what_a_screen_showed_is_known_by_its_last_event(thanked: Ticket, travel: Travel) -> None:
    shown, seen = thanked.last_event_id, newest_question(thanked)
    travel.forward(minutes=1)
    player_writes(thanked, "And another one.")

    assert question_before(thanked, shown) == seen
    assert question_before(thanked, 0) is None
