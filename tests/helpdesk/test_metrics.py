"""The numbers: what waits and for how long, for those who may read them."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from helpdesk import heartbeat
from helpdesk.base import watch
from helpdesk.base.blobs import keep, note_state
from helpdesk.base.clock import now
from helpdesk.staff import staff_mail
from tests.factories.desk import make_ticket
from tickets.mail.models import MailSource, RawMail
from tickets.models import Delivery, Message, Timer

HEARTBEATS = {"beat", "worker_now", "worker_bulk", "worker_learn", "broker"}


def numbers(client: Client) -> dict[str, float]:
    lines = client.get("/metrics").content.decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))}


@pytest.mark.django_db
def test_a_quiet_desk_has_zeros_for_everything(client: Client):
    found = numbers(client)

    for work in ("message", "timer", "raw_mail", "delivery_now", "delivery_bulk"):
        assert found[f'helpdesk_oldest_seconds{{work="{work}"}}'] == 0
        assert found[f'helpdesk_waiting{{work="{work}"}}'] == 0
    assert found['helpdesk_tickets{status="new"}'] == 0


@pytest.mark.django_db
def test_what_is_late_is_measured_from_when_it_was_due(client: Client, travel):
    ticket = make_ticket()
    Delivery.objects.all().delete()
    Timer.objects.all().delete()
    at = now()
    reply = {"ticket": ticket, "received_in": ticket, "kind": "reply", "channel": "post", "author_kind": "operator"}
    Message.objects.create(**reply, state="queued", leaves_at=at - timedelta(seconds=90))
    Message.objects.create(**reply, state="queued", leaves_at=at + timedelta(seconds=15))  # its undo window is still open
    Message.objects.create(**reply, state="uncertain")
    Timer.objects.create(ticket=ticket, kind="silence", due_at=at - timedelta(seconds=600))
    event = ticket.events.first()
    Delivery.objects.create(event=event, subscriber="surveys", lane="bulk")
    Delivery.objects.create(event=event, subscriber="search", lane="now", parked_at=at)
    blob = keep(b"From: mia@example.com\n\nHello")
    RawMail.objects.create(blob=blob, source=MailSource.PIPE, received_at=at - timedelta(seconds=30))
    RawMail.objects.create(blob=blob, source=MailSource.PIPE, parked_at=at, reason="unreadable")
    travel.forward(seconds=10)

    found = numbers(client)

    assert found['helpdesk_oldest_seconds{work="message"}'] == 100
    assert found['helpdesk_waiting{work="message"}'] == 1
    assert found['helpdesk_oldest_seconds{work="timer"}'] == 610
    assert found['helpdesk_oldest_seconds{work="delivery_bulk"}'] == (now() - event.recorded_at).total_seconds()
    assert found['helpdesk_waiting{work="delivery_now"}'] == 0
    assert found['helpdesk_oldest_seconds{work="raw_mail"}'] == 40
    assert found['helpdesk_parked{work="erasure"}'] == 0
    assert found['helpdesk_parked{work="delivery"}'] == found['helpdesk_parked{work="raw_mail"}'] == 1
    assert found['helpdesk_messages{state="uncertain"}'] == 1
    assert found['helpdesk_tickets{status="new"}'] == 1


@pytest.mark.django_db
def test_a_silent_part_is_measured_and_one_never_seen_is_silent_for_ever(client: Client, travel):
    heartbeat.show("now")
    travel.forward(seconds=30)
    heartbeat.show("beat")
    travel.forward(seconds=5)

    found = numbers(client)

    assert found['helpdesk_silence_seconds{part="now"}'] == 35
    assert found['helpdesk_silence_seconds{part="beat"}'] == 5
    assert found['helpdesk_silence_seconds{part="bulk"}'] == math.inf


@pytest.mark.django_db
def test_files_that_cannot_be_read_are_counted(client: Client):
    good, bad = keep(b"there"), keep(b"lost")
    note_state(bad, "the storage has lost it")

    assert numbers(client)['helpdesk_blobs{state="unreadable"}'] == 1
    note_state(bad, "")
    assert numbers(client)['helpdesk_blobs{state="unreadable"}'] == 0
    assert good.unreadable_since is None


@pytest.mark.django_db
def test_the_numbers_cost_the_same_for_one_or_fifty(client: Client, django_assert_max_num_queries):
    for _ in range(5):
        make_ticket()

    with django_assert_max_num_queries(35):
        numbers(client)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asker", "code"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "203.0.113.5"}, 401),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.5"}, 401),  # a proxy on this machine
        ({"REMOTE_ADDR": ""}, 401),  # a socket: nobody knows who
    ],
)
def test_without_a_token_only_this_machine_may_read(client: Client, settings, asker, code):
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", **asker).status_code == code


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "code"), [("Bearer swordfish", 200), ("bearer swordfish", 200), ("Bearer trout", 401), ("swordfish", 401), ("", 401)]
)
def test_with_a_token_only_who_knows_it_may_read(client: Client, settings, header, code):
    settings.METRICS_TOKEN = "swordfish"

    assert client.get("/metrics", headers={"Authorization": header}).status_code == code


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["-infinity", "infinity", "10000-01-01 00:00+00", "0044-03-15 12:00+00 BC"])
def test_no_row_spoils_the_numbers(client: Client, travel, moment):
    ticket = make_ticket()
    reply = {"ticket": ticket, "received_in": ticket, "kind": "reply", "channel": "post", "author_kind": "operator"}
    Message.objects.create(**reply, state="queued", leaves_at=now())
    Timer.objects.create(ticket=ticket, kind="silence", due_at=now())
    RawMail.objects.create(blob=keep(b"x"), source=MailSource.PIPE)
    moments = {"tickets_message": "leaves_at", "tickets_timer": "due_at", "mail_rawmail": "received_at", "tickets_event": "recorded_at"}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tickets_event DISABLE TRIGGER event_stays")
        for table, column in moments.items():
            cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND conname LIKE '%%sane'", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {column} IS NOT NULL", [moment])

    found = numbers(client)
    parts = client.get("/readyz").json()["parts"]

    assert all(0 <= found[f'helpdesk_oldest_seconds{{work="{work}"}}'] < 1e9 for work in ("message", "timer", "raw_mail", "delivery_now"))
    assert parts["outgoing_mail"] == ("degraded" if moment.startswith(("-", "0")) else "ok")


@pytest.mark.django_db
def test_ready_tells_which_work_waits_too_long(client: Client, travel):
    ticket = make_ticket()
    Delivery.objects.all().delete()
    Timer.objects.all().delete()
    reply = {"ticket": ticket, "received_in": ticket, "kind": "reply", "channel": "post", "author_kind": "operator"}
    waits = Message.objects.create(**reply, state="queued", leaves_at=now() + timedelta(hours=1), first_tried_at=now())
    staff_mail.post(to="nora@studio.example", subject="Hello", text="Hello")
    event = ticket.events.first()
    Delivery.objects.create(event=event, subscriber="surveys", lane="now")
    RawMail.objects.create(blob=keep(b"x"), source=MailSource.PIPE)
    Timer.objects.create(ticket=ticket, kind="silence", due_at=now())

    def late() -> set[str]:
        return {part for part, state in client.get("/readyz").json()["parts"].items() if state == "degraded"} - HEARTBEATS

    assert late() == set()
    travel.forward(minutes=3)
    assert late() == {"outgoing_mail", "raw_mail", "deliveries_now"}
    travel.forward(minutes=30)
    assert late() == {"outgoing_mail", "raw_mail", "deliveries_now", "letters", "timers"}
    Message.objects.filter(pk=waits.pk).update(parked_at=now())
    assert "outgoing_mail" not in late()


@pytest.mark.django_db
def test_what_a_room_cannot_tell_is_missing_alone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, backlog = (
        watch.Number("helpdesk_broken", "Nobody knows.", "kind"),
        watch.Backlog("broken", watch.SOON, lambda _at: Timer.objects.filter(pk=1 / 0), None),
    )
    monkeypatch.setitem(watch._numbers, broken, [lambda _at: {"one": 1 / 0}])
    monkeypatch.setitem(watch._numbers, watch.PARKED, [*watch._numbers[watch.PARKED], lambda _at: {"more": 1 / 0}])
    monkeypatch.setitem(watch._backlogs, "broken", backlog)
    monkeypatch.setitem(watch._states, "toys", lambda _at: {"toy_box": 1 / 0})
    monkeypatch.setitem(watch._states, "dolls", lambda _at: {"doll_house": "down"})

    found, answer = numbers(client), client.get("/readyz")
    parts = answer.json()["parts"]

    unread = {name for name in found if name.startswith("helpdesk_unread_numbers")}
    assert unread == {f'helpdesk_unread_numbers{{number="{name}"}}' for name in ("helpdesk_broken", "helpdesk_parked", "broken")}
    assert found['helpdesk_parked{work="erasure"}'] == found['helpdesk_waiting{work="message"}'] == 0
    assert (parts["broken"], parts["toys"], parts["outgoing_mail"], parts["outward"]) == ("degraded", "degraded", "ok", "ok")
    assert (parts["doll_house"], answer.status_code) == ("degraded", 200)
