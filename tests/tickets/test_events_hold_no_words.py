"""An event carries ids, numbers, times and words of our own lists. A text in one is refused; old ones have lost theirs."""

from __future__ import annotations

from datetime import UTC, date, datetime
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
from tickets.actors import SYSTEM
from tickets.event_facts import proved
from tickets.events import record
from tickets.locks import lock
from tickets.models import Delivery, Event, Pledge

pytestmark = pytest.mark.django_db

FINE: list[dict[str, Any]] = [
    {},
    {"reply": 7, "score": None, "commented": True, "share": 0.5},
    {"until": "2026-11-25T20:00:00+00:00", "day": "2026-11-25", "since": datetime(2026, 1, 1, tzinfo=UTC)},
    {"purpose": "answer", "before": "pt-BR", "notice": "notice.closed", "gates": ["training.gate.Trainee", "tickets.mail.guard.caps"]},
    {"added": [1, 2], "removed": []},
    {"before": 12},
]
TEXTS: list[dict[str, Any]] = [
    {"subject": "Crystals"},
    {"name": "mirabelle"},
    {"reason": "refused"},
    {"purpose": "an answer to Mirabelle"},
    {"notice": "anna@lake.example"},
    {"gates": ["fine.gate", "he said: no"]},
    {"before": "Кристаллы"},
    {"until": "tomorrow"},
    {"facts": {"subject": 1}},
    {"error": b"550"},
    {"when": date(2026, 1, 1)},
    {"before": "a" * 200},
]


def the_migration() -> Any:
    (path,) = (ROOT / "tickets/migrations").glob("*_erasure_no_words_in_events.py")
    return import_module(f"tickets.migrations.{path.stem}")


@pytest.mark.parametrize("data", FINE, ids=str)
def test_what_an_event_may_carry(data: dict[str, Any]) -> None:
    assert proved("ticket.moved", data) == data


@pytest.mark.parametrize("data", TEXTS, ids=str)
def test_a_text_is_refused_and_in_production_left_out(data: dict[str, Any], settings: Any, the_post: Any) -> None:
    ticket = make_ticket()
    with transaction.atomic(), pytest.raises(ValueError, match="no texts"):
        record(lock(ticket), "ticket.renamed", by=SYSTEM, **data)

    settings.PRODUCTION = True
    with transaction.atomic():
        event = record(lock(ticket), "ticket.renamed", by=SYSTEM, kept=1, **data)

    event.refresh_from_db()
    assert event.data == {"kept": 1}


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


def test_the_migration_and_the_code_know_the_same_words() -> None:
    migration = the_migration()
    facts = import_module("tickets.event_facts")

    assert set(migration.WORDS) == set(facts.WORDS)
