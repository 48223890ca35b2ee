"""One key takes the oldest waiting ticket; two people never get the same."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.desk import make_game, make_ticket
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import DAILY, Desk
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_the_longest_waiting_free_one_is_taken(clara: User, desk: Desk, travel: Travel) -> None:
    make_ticket(at=travel.moment - timedelta(minutes=5))
    oldest = make_ticket(at=travel.moment - timedelta(hours=5))

    answer = desk(clara).post("/tickets/next/")

    oldest.refresh_from_db()
    assert answer["Location"] == f"/tickets/{oldest.number}/"
    assert oldest.assignee == clara


def test_only_what_one_may_answer_is_taken(desk: Desk) -> None:
    ember, tide = make_game("emberfall"), make_game("tideborn")
    make_ticket(game=tide)
    nina = somebody(Right.VIEW, Right.TAKE, name="Nina")
    role = somebody(Right.REPLY, name="Otto", game=ember).grants.get().role
    nina.grants.create(role=role, game=ember)

    answer = desk(nina).post("/tickets/next/", follow=True)

    assert "Nobody waits without an operator" in answer.content.decode()
    assert not Ticket.objects.filter(assignee=nina).exists()


@pytest.mark.django_db(transaction=True)
def test_two_operators_at_once_get_two_tickets() -> None:
    people = [somebody(*DAILY, name="Clara Novak"), somebody(*DAILY, name="Erik Holm")]
    for _ in range(2):
        make_ticket()
    start, got = Barrier(2), []

    def press(user: User) -> None:
        client = Client()
        client.force_login(user)
        start.wait()
        got.append(client.post("/tickets/next/")["Location"])
        connection.close()

    threads = [Thread(target=press, args=[user]) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(got)) == 2
    assert sorted(Ticket.objects.values_list("assignee", flat=True)) == sorted(user.pk for user in people)
