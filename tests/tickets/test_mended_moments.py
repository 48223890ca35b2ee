"""Rows of before, whose moments nothing bounded, are brought between the two centuries before the constraints are validated."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection

from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import make_ticket
from tests.tickets.deeds import facts_hold, reply
from tickets import timers
from tickets.locks import lock
from tickets.models import Message, Ticket, Timer

pytestmark = pytest.mark.django_db
migration = import_module("tickets.migrations.0007_sweeps_mended_moments")


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "10000-01-01 04:59+00", "0044-03-15 12:00+00 BC"])
def test_they_fit_the_constraints_afterwards(anna: User, travel: Travel, moment: str) -> None:
    whole, ticket = make_ticket(), make_ticket()
    message = reply(ticket, anna)
    timers.register("tests.bell", lambda due: None)
    timer = timers.arm(lock(ticket), "tests.bell", travel.moment)
    del timers._kinds["tests.bell"]
    rules: list[tuple[str, str, str]] = []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tickets_event DISABLE TRIGGER event_stays")
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'tickets_ticket' AND indexdef LIKE '%EXTRACT%'")
        for (name,) in cursor.fetchall():  # they came later, and hold no moment without an end
            cursor.execute(f'DROP INDEX "{name}"')
        for table, columns in migration.MENDED.items():
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", [table]
            )
            rules += [(table, name, rule) for name, rule in cursor.fetchall()]
            for on, name, _rule in rules:
                if on == table:
                    cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            of_one = "id" if table == "tickets_ticket" else "ticket_id"
            set_all = ", ".join(f"{column} = '{moment}'" for column in columns)
            cursor.execute(f"UPDATE {table} SET {set_all} WHERE {of_one} = %s", [ticket.pk])  # noqa: S608
        cursor.execute("UPDATE tickets_ticket SET waiting_key = waiting_since WHERE id = %s", [ticket.pk])

    migration.mend(None, SimpleNamespace(connection=connection))

    with connection.cursor() as cursor:
        for table, name, rule in rules:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {rule}')
    message, timer = Message.objects.get(pk=message.pk), Timer.objects.get(pk=timer.pk)
    assert message.leaves_at and message.leaves_at.year >= 2026
    assert (message.then_pending_until, Ticket.objects.get(pk=ticket.pk).pending_until) == (None, None)
    assert timer.due_at and timer.due_at.year in {2000, 2200}
    assert Ticket.objects.get(pk=whole.pk).created_at == whole.created_at
    assert facts_hold(whole)
