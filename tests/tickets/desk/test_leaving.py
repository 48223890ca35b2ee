"""Somebody leaves: his account is closed, and what becomes of his tickets is asked. Until that is said they count as nobody's."""

from __future__ import annotations

import pytest
from django.test import Client

from helpdesk.staff.models import Team, User
from helpdesk.staff.rights import registered
from tests.factories.desk import make_game, make_ticket
from tests.factories.staff import join, somebody
from tests.tickets.desk.conftest import DAILY, Desk
from tickets.access import visible_tickets
from tickets.actors import operator
from tickets.lifecycle.pending import PendingInfo
from tickets.models import Status, Ticket
from tickets.services.assign import assign, take_next
from tickets.services.edit import set_status

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(db: None) -> User:
    return somebody(*registered(), name="Greta Lind")


@pytest.fixture
def viktor(boss: User) -> User:
    """He has three open tickets, one answered a while ago, one closed."""
    leaver = somebody(*DAILY, name="Viktor Sol")
    for n in range(4):
        assign(make_ticket(subject=f"Matter {n}"), to=leaver, by=operator(boss))
    set_status(Ticket.objects.get(subject="Matter 3"), Status.PENDING, by=operator(boss), pending=PendingInfo("Billing", None, ""))
    closed = make_ticket(subject="Closed")
    Ticket.objects.filter(pk=closed.pk).update(assignee=leaver, status=Status.CLOSED)
    return leaver


def leave(client: Client, leaver: User, **said: object) -> tuple[int, str]:
    answer = client.post(f"/settings/people/{leaver.pk}/leave/", said, follow=True)
    return answer.status_code, answer.content.decode()


def test_the_question_names_the_number_and_nothing_is_chosen_beforehand(boss: User, viktor: User, desk: Desk) -> None:
    page = desk(boss).get(f"/settings/people/{viktor.pk}/leave/").content.decode()

    assert "4 tickets that are not closed" in page
    assert "checked" not in page.split('name="to"', 1)[1].split("</form>")[0]
    status, page = leave(desk(boss), viktor)
    assert status == 422
    viktor.refresh_from_db()
    assert viktor.is_active


def test_back_into_the_queue(boss: User, viktor: User, desk: Desk) -> None:
    status, page = leave(desk(boss), viktor, to="nobody")

    assert "4 tickets went back into the queue." in page
    viktor.refresh_from_db()
    assert not viktor.is_active
    assert list(Ticket.objects.filter(assignee=viktor).values_list("subject", flat=True)) == ["Closed"]


def test_to_a_colleague_as_far_as_he_may_see_them(boss: User, viktor: User, desk: Desk) -> None:
    make_game("tideborn")
    Ticket.objects.filter(subject="Matter 2").update(game=make_game("tideborn"))
    ida = somebody(*DAILY, name="Ida Bloom", game=make_game("emberfall"))

    _status, page = leave(desk(boss), viktor, to="person", person=ida.pk)

    assert "3 tickets were handed over. 1 ticket went back into the queue." in page
    assert Ticket.objects.filter(assignee=ida).count() == 3
    assert Ticket.objects.get(subject="Matter 2").assignee is None


def test_to_a_team(boss: User, viktor: User, desk: Desk) -> None:
    team = join(Team.objects.create(name="Tide", slug="tide"), viktor)

    leave(desk(boss), viktor, to="team", team=team.pk)

    assert Ticket.objects.filter(team=team, assignee=None).count() == 4


def test_what_is_missing_is_said_and_he_keeps_his_account(boss: User, viktor: User, desk: Desk) -> None:
    status, page = leave(desk(boss), viktor, to="person")

    assert (status, "Say which colleague." in page) == (422, True)
    viktor.refresh_from_db()
    assert viktor.is_active


def test_tickets_of_a_closed_account_count_as_nobodys(boss: User, viktor: User, desk: Desk, clara: User) -> None:
    User.objects.filter(pk=viktor.pk).update(is_active=False)

    nobody = desk(clara).get("/tickets/?assignee=nobody&status=all").content.decode()
    assert nobody.count("<tr data-row=") == 5
    assert "Nobody: the account of Viktor Sol is closed" in nobody
    ticket = Ticket.objects.get(subject="Matter 1")
    page = desk(clara).get(f"/tickets/{ticket.number}/").content.decode()
    assert "account of Viktor Sol closed" in page
    assert "Take it" in page
    taken = take_next(visible_tickets(clara), to=clara)
    assert taken is not None
    assert taken.subject == "Matter 0"


def test_who_was_closed_before_can_be_cleared_up_later(boss: User, viktor: User, desk: Desk) -> None:
    User.objects.filter(pk=viktor.pk).update(is_active=False)
    client = desk(boss)

    assert "4 tickets that are not closed still stand with this account" in client.get(f"/settings/people/{viktor.pk}/").content.decode()
    leave(client, viktor, to="nobody")
    assert "still stand" not in client.get(f"/settings/people/{viktor.pk}/").content.decode()


def test_an_account_without_tickets_is_closed_by_one_button(boss: User, erik: User, desk: Desk) -> None:
    assert "No open ticket stands with this account." in desk(boss).get(f"/settings/people/{erik.pk}/leave/").content.decode()
    status, page = leave(desk(boss), erik)

    assert "The account of Erik Holm is closed." in page
    erik.refresh_from_db()
    assert not erik.is_active
