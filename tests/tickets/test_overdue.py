"""When the day of a hold has passed, the ticket rises: once, told to who has it. That of an open promise `test_promises.py` tells."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from helpdesk.base.errors import DomainError
from helpdesk.staff.models import Notice, User
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.desk import Post, make_ticket
from tests.factories.staff import MOVES, GrantFactory, RoleFactory, somebody
from tests.tickets.deeds import answer, hours_pass, kinds, put
from tickets import drain
from tickets.actors import operator
from tickets.lifecycle.machine import OVERDUE
from tickets.models import Lane, Status, Ticket, Timer
from tickets.services.assign import assign
from tickets.services.reply import OutgoingMessage, send_reply

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _they_see_tickets(anna: User, boris: User) -> None:
    for user in (anna, boris):
        GrantFactory.create(user=user, role=RoleFactory.create(rights=[Right.VIEW]))


def pending(anna: User, until: datetime | None) -> Ticket:
    return put(make_ticket(), Status.PENDING, anna, on="Billing", until=until)


def answered(anna: User, travel: Travel, hours: float, ticket: Ticket | None = None) -> Ticket:
    """One on hold whose player has had an answer meanwhile: he is promised no other one."""
    ticket = ticket or pending(anna, travel.moment + timedelta(hours=hours))
    answer(ticket, anna, travel)
    return ticket


def told(user: User, kind: str = "notices.overdue") -> list[str]:
    for lane in Lane:
        drain.drain(lane)
    return list(Notice.objects.filter(user=user, kind=kind).values_list("kind", flat=True))


def test_it_rises_once_and_who_set_it_is_told(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = answered(anna, travel, 5)

    hours_pass(travel, 4, ticket)
    assert (ticket.overdue, kinds(ticket).count("ticket.overdue")) == (False, 0)
    hours_pass(travel, 2, ticket)
    hours_pass(travel, 90, ticket)

    assert (ticket.overdue, ticket.status, kinds(ticket).count("ticket.overdue")) == (True, Status.PENDING, 1)
    assert told(anna) == ["notices.overdue"]
    assert "Billing owed an answer in" in Notice.objects.get(kind="notices.overdue").words()


def test_what_we_meant_to_look_at_again_rises_too(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = put(make_ticket(), Status.IN_PROGRESS, anna, until=travel.moment + timedelta(hours=5))
    answered(anna, travel, 0, ticket)

    hours_pass(travel, 6, ticket)

    assert (ticket.overdue, ticket.status, kinds(ticket).count("ticket.overdue")) == (True, Status.IN_PROGRESS, 1)
    assert told(anna, "notices.look_again") == ["notices.look_again"]


def test_who_has_the_ticket_is_told_instead(anna: User, boris: User, travel: Travel, the_post: Post) -> None:
    ticket = answered(anna, travel, 5)
    assign(ticket, to=boris, by=operator(anna))

    hours_pass(travel, 6)

    assert (told(anna), told(boris)) == ([], ["notices.overdue"])


def test_another_day_counts_anew_and_leaving_ends_it(anna: User, travel: Travel, the_post: Post) -> None:
    moved, left = (answered(anna, travel, 5) for _n in range(2))
    put(moved, Status.PENDING, anna, on="Billing", until=travel.moment + timedelta(hours=50))
    answered(anna, travel, 0, moved)
    put(left, Status.WAITING, anna)

    hours_pass(travel, 6)
    assert [kinds(ticket).count("ticket.overdue") for ticket in (moved, left)] == [0, 0]
    assert not Timer.objects.filter(ticket=left, kind=OVERDUE).exists()

    hours_pass(travel, 50)
    assert kinds(moved).count("ticket.overdue") == 1


def test_without_a_day_nothing_is_overdue(anna: User, travel: Travel) -> None:
    ticket = pending(anna, None)

    hours_pass(travel, 9000, ticket)

    assert (ticket.overdue, kinds(ticket).count("ticket.overdue")) == (False, 0)


def test_a_reply_that_left_later_than_its_own_day_is_overdue_at_once(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()

    answer(ticket, anna, travel, then_status="pending", pending_on="Billing", pending_until=travel.moment + timedelta(seconds=5))
    hours_pass(travel, 0.1, ticket)

    assert (ticket.status, ticket.overdue, kinds(ticket).count("promise.broken")) == (Status.PENDING, True, 1)


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(days=-1), timedelta(days=732), timedelta(days=365 * 150)])
def test_services_refuse_a_day_that_is_no_promise(anna: User, travel: Travel, the_post: Post, ahead: timedelta) -> None:
    ticket, until = make_ticket(), travel.moment + ahead

    with pytest.raises(DomainError) as by_hand:
        put(ticket, Status.PENDING, anna, until=until)
    with pytest.raises(DomainError) as by_reply:
        send_reply(ticket, OutgoingMessage("Hello", then_status="pending", pending_on="Billing", pending_until=until), by=operator(anna))

    assert by_hand.value.field == by_reply.value.field == "pending_until"


def test_the_queue_and_the_ticket_say_so(client: Client, anna: User, travel: Travel) -> None:
    client.force_login(somebody(Right.VIEW, *MOVES))
    ticket = pending(anna, travel.moment + timedelta(hours=5))
    pages = [reverse("desk:queue"), reverse("desk:ticket", args=[ticket.number])]
    assert not any("late-text" in client.get(page).content.decode() for page in pages)

    hours_pass(travel, 6)

    assert all("late-text" in client.get(page).content.decode() for page in pages)


@pytest.mark.parametrize("until", ["2020-01-01T10:00", "9999-12-31T23:59", "0001-01-01T00:00", "2031-01-01T00:00"])
def test_the_status_dialog_refuses_it_at_the_field(client: Client, anna: User, travel: Travel, until: str) -> None:
    ticket = make_ticket()
    client.force_login(somebody(Right.VIEW, *MOVES, timezone="America/New_York"))
    url = reverse("desk:status", args=[ticket.number])

    answered = client.post(url, {"status": "pending", "pending_on": "Billing", "pending_until": until})

    assert (answered.status_code, list(answered.context["form"].errors)) == (422, ["pending_until"])


def test_leaving_an_overdue_pending_asks_for_no_other_day(client: Client, anna: User, travel: Travel) -> None:
    ticket = pending(anna, travel.moment + timedelta(hours=5))
    hours_pass(travel, 6)
    client.force_login(somebody(Right.VIEW, *MOVES))
    url = reverse("desk:status", args=[ticket.number])
    offered = client.get(url).context["form"]["pending_until"].value()

    client.post(url, {"status": "in_progress", "pending_until": offered or ""})

    ticket.refresh_from_db()
    assert (offered, ticket.status, ticket.overdue) == (None, Status.IN_PROGRESS, True)


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "10000-01-01 04:59+00", "9999-12-31 23:59+00"])
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_pages_draw_whatever_a_row_holds(client: Client, anna: User, travel: Travel, moment: str, zone: str) -> None:
    ticket = pending(anna, travel.moment + timedelta(hours=5))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tickets_event DISABLE TRIGGER event_stays")
        for table, columns in {
            "tickets_ticket": ["pending_until", "promised_until", "created_at", "changed_at", "status_since"],
            "tickets_message": ["at", "state_at"],
            "tickets_event": ["at", "recorded_at"],
            "tickets_timer": ["due_at", "armed_at"],
        }.items():
            cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            cursor.execute(f"UPDATE {table} SET {', '.join(f'{column} = %s' for column in columns)}", [moment] * len(columns))  # noqa: S608
    client.force_login(somebody(Right.VIEW, *MOVES, Right.REPLY, Right.SEE_NOTES, Right.NOTE, Right.SEE_PLAYER, timezone=zone))

    pages = [
        reverse("desk:queue"),
        *(
            f"{reverse('desk:queue')}?status=all&sort={sort}"
            for sort in ("waiting_since", "created", "-created", "-changed", "due", "pending_until", "promised_until")
        ),
        reverse("desk:ticket", args=[ticket.number]),
        reverse("desk:status", args=[ticket.number]),
        reverse("desk:card", args=[ticket.number]),
    ]

    assert [client.get(page).status_code for page in pages] == [200] * len(pages)
