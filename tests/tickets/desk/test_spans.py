"""How long somebody looked at a ticket, and worked at all: spans that go on while they are there, begun by a POST alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.staff.models import User, WorkSession
from tests.conftest import Travel
from tests.factories.desk import make_ticket
from tests.tickets.desk.conftest import Desk
from tickets.desk.models import ViewSpan
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def poll(desk: Desk, who: User, ticket: Ticket, *, idle: str = "no") -> None:
    answer = desk(who).post(f"/tickets/{ticket.number}/updates/", {"after": str(ticket.last_event_id), "people": "", "idle": idle})
    assert answer.status_code in {200, 204}


def lengths(model: type[ViewSpan] | type[WorkSession]) -> list[float]:
    return [(span.ended_at - span.began_at).total_seconds() for span in model._default_manager.order_by("pk")]


def test_a_span_goes_on_while_the_page_is_touched_and_a_new_one_begins_after_a_break(clara: User, desk: Desk, travel: Travel) -> None:
    ticket = make_ticket()
    for _look in range(4):
        poll(desk, clara, ticket)
        travel.forward(seconds=8)
    travel.forward(minutes=3)
    poll(desk, clara, ticket)

    assert lengths(ViewSpan) == [24.0, 0.0]
    assert lengths(WorkSession) == [timedelta(minutes=3, seconds=32).total_seconds()]


@pytest.mark.parametrize("idle", ["yes", "", "no more"])
def test_who_only_left_the_page_open_does_not_look(idle: str, clara: User, desk: Desk, travel: Travel) -> None:
    poll(desk, clara, make_ticket(), idle=idle)

    assert not ViewSpan.objects.exists() and not WorkSession.objects.exists()


def test_two_tickets_and_two_people_have_spans_of_their_own(clara: User, anna: User, desk: Desk, travel: Travel) -> None:
    one, other = make_ticket(), make_ticket()
    poll(desk, clara, one)
    poll(desk, clara, other)
    travel.forward(seconds=9)
    poll(desk, clara, one)

    assert sorted(lengths(ViewSpan)) == [0.0, 9.0]


def test_a_longer_break_ends_the_session_of_work(clara: User, desk: Desk, travel: Travel) -> None:
    ticket = make_ticket()
    for pause in (0, 5, 9, 11, 1):
        travel.forward(minutes=pause)
        poll(desk, clara, ticket)

    assert lengths(WorkSession) == [14 * 60.0, 60.0]


def test_opening_the_page_writes_no_span(clara: User, desk: Desk) -> None:
    desk(clara).get(f"/tickets/{make_ticket().number}/")

    assert not ViewSpan.objects.exists() and not WorkSession.objects.exists()
