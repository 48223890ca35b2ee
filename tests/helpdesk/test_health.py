"""The doors for machines: alive, ready, and which part is not."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client

from helpdesk import health, heartbeat


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health._memory, "migrated", False)


@pytest.mark.django_db
def test_a_whole_desk_is_ready(client: Client):
    for part in heartbeat.PATIENCE:
        heartbeat.show(part)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    parts = ["database", "migrations", "broker", "beat", "worker_now", "worker_mail", "worker_bulk", "worker_learn", "outward", "relay"]
    parts += ["outgoing_mail", "letters", "raw_mail", "timers", "deliveries_now", "deliveries_bulk", "jobs", "search_follows"]
    assert answer.json() == {"status": "ok", "parts": dict.fromkeys(parts, "ok")}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_queue_without_a_worker_is_seen(client: Client, travel):
    for part in heartbeat.PATIENCE:
        heartbeat.show(part)
    travel.forward(minutes=2)
    for part in ("beat", "bulk", "learn"):
        heartbeat.show(part)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert {part for part, state in answer.json()["parts"].items() if state != "ok"} == {"worker_now"}


@pytest.mark.django_db
def test_without_a_beat_nothing_is_known_of_the_workers(client: Client, travel):
    heartbeat.show("now")
    travel.forward(minutes=10)

    parts = client.get("/readyz").json()["parts"]

    assert parts["beat"] == "degraded"
    assert {parts[f"worker_{queue}"] for queue in ("now", "bulk", "learn")} == {"unknown"}


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "amqp://127.0.0.1:1//"])
def test_without_its_broker_the_desk_still_serves(client: Client, settings, url):
    settings.CELERY_BROKER_URL = url

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["parts"]["broker"] == "degraded"


@pytest.mark.django_db
def test_without_its_database_it_is_down_and_says_so_without_details(client: Client, monkeypatch):
    def gone() -> bool:
        raise OperationalError("connection to 10.0.0.5 failed: password of user desk")

    monkeypatch.setitem(health.PARTS, "database", (gone, "down"))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"]["database"] == "down"
    assert "10.0.0.5" not in answer.content.decode()


@pytest.mark.django_db
def test_a_missing_migration_is_down(client: Client, monkeypatch):
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: [("tickets.0002", False)])

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"]["migrations"] == "down"


@pytest.mark.django_db
def test_a_web_process_reads_its_migrations_once(client: Client, django_assert_num_queries):
    client.get("/readyz")

    with django_assert_num_queries(13):  # does the database answer, who is alive, what waits
        client.get("/readyz")


def test_being_alive_asks_nobody(client: Client):
    assert client.get("/livez").json() == {"status": "ok"}  # this test has no database at all


def test_only_reading_is_allowed(client: Client):
    assert client.post("/livez").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["/livez", "/readyz"])
def test_a_probe_may_ask_by_the_address_of_its_container(client: Client, settings, door):
    settings.ALLOWED_HOSTS = ["desk.studio.example"]

    assert client.get(door, headers={"host": "10.42.0.7:8000"}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["/metrics", "/", "/accounts/login/", "/livez/", "/readyz/x", "/nowhere"])
def test_every_other_door_refuses_a_strange_host(client: Client, settings, door):
    settings.ALLOWED_HOSTS = ["desk.studio.example"]

    assert client.get(door, headers={"host": "10.42.0.7:8000"}).status_code == 400
