"""When departments came, the names that were in use became some of them, and the tickets that waited on those name them."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from helpdesk.staff.models import User
from helpdesk.studio.models import Department
from tests.factories.desk import make_player, make_ticket
from tests.house.ground import ROOT
from tests.tickets.deeds import put, reply
from tickets.models import Status, Ticket

pytestmark = pytest.mark.django_db


def run(step: str) -> None:
    (path,) = (ROOT / "tickets/migrations").glob("*_departments_of_names_in_use.py")
    sql: str = getattr(import_module(f"tickets.migrations.{path.stem}"), step)
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def waiting(anna: User) -> list[Ticket]:
    mira, emil, olga = (make_player(name, f"{name.lower()}@players.example") for name in ("Mira", "Emil", "Olga"))
    said = [(mira, "Billing"), (emil, "billing "), (olga, "Billing"), (mira, "Mira's bank"), (mira, "Mira's bank"), (emil, "Legal")]
    tickets = [put(make_ticket(player=player), Status.PENDING, anna, on=on) for player, on in said]
    for on, ticket in zip(("legal", "a@bank.example", "a@bank.example"), (tickets[2], tickets[0], tickets[1]), strict=True):
        put(ticket, Status.PENDING, anna, on=on)
    return tickets


def test_what_was_said_of_two_players_is_a_department_and_what_was_said_of_one_stays_words(waiting: list[Ticket], anna: User) -> None:
    held = reply(make_ticket(), anna, then_status=Status.PENDING, pending_on="BILLING")

    for step in ("NAMES", "TICKETS", "REPLIES", "NAMES", "TICKETS", "REPLIES"):  # a second time changes nothing
        run(step)

    assert {name.lower() for name in Department.objects.values_list("name", flat=True)} == {"billing", "legal"}
    named = (
        Ticket.objects.filter(pk__in=[ticket.pk for ticket in waiting]).order_by("pk").values_list("pending_on", "pending_department__name")
    )
    told = [(on, (name or "").lower()) for on, name in named]
    assert told == [
        ("a@bank.example", ""), ("a@bank.example", ""), ("legal", "legal"), ("Mira's bank", ""), ("Mira's bank", ""), ("Legal", "legal"),
    ]  # fmt: skip
    held.refresh_from_db()
    assert held.then_pending_department == Department.objects.get(name="Billing")
