"""Events that were there before they refused texts have lost theirs, and so have notices and the audit."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction

from helpdesk.audit.models import AuditEntry, Remark
from helpdesk.audit.services import note_audit
from helpdesk.staff.models import Notice, User
from tests.factories.desk import make_ticket
from tests.house.ground import ROOT
from tickets.models import Delivery, Event, Pledge

pytestmark = pytest.mark.django_db


def the_migration() -> Any:
    (path,) = (ROOT / "tickets/migrations").glob("*_erasure_no_words_in_events.py")
    return import_module(f"tickets.migrations.{path.stem}")


def test_old_events_notices_and_audit_entries_lose_their_words(the_post: Any, anna: User) -> None:
    ticket = make_ticket(subject="Lost pearls")
    first = Event.objects.filter(ticket=ticket).earliest("pk")
    old = {
        "pending": {"on": "Mirabelle's bank", "until": "2026-11-25T20:00:00+00:00"},
        "plain": {"rule": 3, "notice": "notice.closed"},
        "wordy": {"subject": "Lost pearls", "purpose": "answer", "reply": 9, "detail": "", "until": None},
        "nameless": {"on": ""},
    }
    made = {}
    for name, data in old.items():
        made[name] = Event.objects.create(
            at=first.at, recorded_at=first.at, kind="ticket.moved", ticket=ticket, actor_kind="system", data=data
        )
    facts = {"number": ticket.number, "subject": "Lost pearls"}
    notice = Notice.objects.create(user=anna, kind="x.y", at=first.at, text="%(number)s: “%(subject)s”", data=facts)
    gone = Notice.objects.create(user=anna, kind="x.y", at=first.at, text="%(number)s", data={"number": "NONE-0000", "subject": "Lost"})
    entry = note_audit(
        "deliveries.dropped", by=anna, event=first.pk, error="ValueError: Lost pearls", reason="She asked.", subscriber="search"
    )
    other = note_audit("staff.changed", by=anna, changes={"name": ["A", "B"]})
    Delivery.objects.all().delete()

    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tickets_event DISABLE TRIGGER event_stays")  # as it was in the days of that migration
    migration = the_migration()
    migration.without_words(None, SimpleNamespace(connection=connection))

    for row in (notice, gone, entry, other, *made.values()):
        row.refresh_from_db()
    pledge = Pledge.objects.get(pk=made["pending"].data["pledge"])
    assert (pledge.on, pledge.ticket) == ("Mirabelle's bank", ticket)
    assert made["pending"].data == {"pledge": pledge.pk, "until": "2026-11-25T20:00:00+00:00"}
    assert made["plain"].data == old["plain"]
    assert made["wordy"].data == {"purpose": "answer", "reply": 9, "detail": "", "until": None}
    assert set(made["nameless"].data) == {"pledge"}
    assert (notice.data, gone.data) == ({"number": ticket.number, "ticket": ticket.pk}, {"number": "NONE-0000"})
    assert entry.data == {"event": first.pk, "subscriber": "search"}
    assert Remark.objects.get(entry=entry).text == "She asked."
    assert Remark.objects.get(entry=entry).about_id == ticket.pk
    assert other.data == {"changes": {"name": ["A", "B"]}}
    with pytest.raises(Exception, match="never changed"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(action="x")
