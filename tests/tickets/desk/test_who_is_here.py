"""Whoever gives a ticket to a colleague sees who is not here, and so does whoever looks at a ticket that such a colleague has."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from helpdesk.base.clock import now
from helpdesk.staff.models import Absence, User
from helpdesk.staff.rights import Right
from helpdesk.staff.services.away import go_away
from helpdesk.staff.services.planning import Span, plan_absence, plan_shifts
from tests.conftest import Travel
from tests.factories.desk import make_ticket
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import DAILY
from tickets.actors import operator
from tickets.models import Ticket
from tickets.services.assign import assign

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(travel: Travel) -> User:
    return somebody(*DAILY, Right.MANAGE_STAFF, name="Olga Ward")


@pytest.fixture
def desk(olga: User) -> Client:
    client = Client()
    client.force_login(olga)
    return client


@pytest.fixture
def ticket(travel: Travel) -> Ticket:
    return make_ticket()


def chip(desk: Client, ticket: Ticket) -> str:
    """What the page's first question brings beside the name of who has it."""
    page = desk.post(f"/tickets/{ticket.number}/updates/", {"after": ticket.last_event_id, "people": "-"}, headers={"HX-Request": "true"})
    found = page.content.decode().partition('<span id="holder"')[2].partition("</span>")[0]
    return " ".join(found.split("chip soon", 1)[-1].split()) if "chip" in found else ""


def test_the_menu_tells_who_is_not_here_and_names_them_last(desk: Client, ticket: Ticket, anna: User, boris: User, olga: User) -> None:
    dana = somebody(name="Dana Mendes")
    go_away(anna, until=now() + timedelta(hours=2))
    plan_absence(boris, kind=Absence.Kind.ILL, first_day=date(2026, 10, 5), last_day=date(2026, 10, 9), by=olga)
    begin = now() + timedelta(hours=3)
    plan_shifts([Span(dana, begin, begin + timedelta(hours=8))], by=olga)

    page = desk.get(f"/tickets/{ticket.number}/assign/").content.decode()

    told = [
        "Olga Ward",
        "Anna Krylova (away until 11:00)",
        "Boris Lindqvist (absent until 9 Oct 2026)",
        "Dana Mendes (off shift until 12:00)",
    ]
    places = [page.index(f">{words}</option>") for words in told]
    assert places == sorted(places)
    assign(ticket, to=dana, by=operator(olga))
    leaving = desk.get(f"/settings/people/{dana.pk}/leave/").content.decode()
    assert "Anna Krylova (away until 11:00)" in leaving and "Dana Mendes (" not in leaving


def test_a_ticket_can_be_given_to_who_is_away_and_that_is_said(desk: Client, ticket: Ticket, anna: User, boris: User) -> None:
    go_away(anna)

    page = desk.post(f"/tickets/{ticket.number}/assign/", {"assignee": anna.pk, "holder": ""}, follow=True).content.decode()
    ticket.refresh_from_db()
    assert ticket.assignee == anna and "Anna Krylova is away." in page
    page = desk.post(f"/tickets/{ticket.number}/assign/", {"assignee": boris.pk, "holder": anna.pk}, follow=True).content.decode()
    assert "Boris Lindqvist is" not in page


def test_beside_the_name_of_who_has_it_stands_that_they_are_away(desk: Client, ticket: Ticket, anna: User, olga: User) -> None:
    ticket = assign(ticket, to=anna, by=operator(olga))
    assert chip(desk, ticket) == ""

    go_away(anna, until=now() + timedelta(hours=2))

    assert "away until 11:00" in chip(desk, ticket)
    go_away(olga)
    ticket = assign(ticket, to=olga, by=operator(olga))
    assert chip(desk, ticket) == "", "one knows that of oneself"
    ticket = assign(ticket, to=None, by=operator(olga))
    assert chip(desk, ticket) == ""
