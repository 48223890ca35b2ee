"""The next ticket for somebody who is free: who has waited longest."""

from __future__ import annotations

import pytest

from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import make_player, make_ticket
from tests.tickets.deeds import answer, put
from tickets.actors import operator
from tickets.models import Event, Status, Ticket
from tickets.services.assign import assign, take_next
from tickets.services.merge import merge

pytestmark = pytest.mark.django_db


def test_who_waits_longest_comes_first(anna: User, travel: Travel) -> None:
    first = make_ticket()
    travel.forward(hours=1)
    make_ticket()

    taken = take_next(Ticket.objects.all(), to=anna)

    assert taken is not None
    assert (taken.pk, taken.assignee_id) == (first.pk, anna.pk)
    assert Event.objects.get(kind="ticket.assigned").data["how"] == "next"


def test_what_others_have_what_is_on_hold_and_what_is_answered_is_left(anna: User, boris: User, travel: Travel) -> None:
    assign(make_ticket(), to=boris, by=operator(boris))
    put(make_ticket(), Status.IN_PROGRESS, boris)
    answer(make_ticket(), boris, travel)
    mira = make_player()
    merged, stays = make_ticket(player=mira), make_ticket(player=mira)
    merge(merged, into=stays, by=operator(boris))
    assign(stays, to=boris, by=operator(boris))

    assert take_next(Ticket.objects.all(), to=anna) is None


def test_only_candidates_are_taken(anna: User, travel: Travel) -> None:
    make_ticket(language="en")
    russian = make_ticket(language="ru")

    taken = take_next(Ticket.objects.filter(language="ru"), to=anna)

    assert taken is not None
    assert taken.pk == russian.pk
