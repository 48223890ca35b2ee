"""The beat and the workers show that they live, and the beat needs neither a file nor the database for its own work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery.beat import Scheduler
from django.core.management import CommandError, call_command
from django.db import OperationalError

from helpdesk import heartbeat, tasks
from helpdesk.base.clock import now
from helpdesk.beat import LONGEST, Beat
from helpdesk.celery import app
from helpdesk.models import Heartbeat
from helpdesk.schedule import SCHEDULE


@pytest.fixture
def beat(monkeypatch: pytest.MonkeyPatch) -> Beat:
    """One that sends nothing."""
    monkeypatch.setattr(Scheduler, "tick", lambda self, *args, **kwargs: 1.0)
    monkeypatch.setattr("helpdesk.beat.close_old_connections", lambda: None)
    return Beat(app)


def test_the_beat_runs_ours_and_knows_every_line_of_the_schedule(beat):
    assert app.conf.beat_scheduler == "helpdesk.beat:Beat"
    assert SCHEDULE.keys() <= beat.schedule.keys()
    assert [name for name, entry in beat.schedule.items() if not entry.is_due().is_due] == []  # at once, after a pause of unknown length


@pytest.mark.django_db
def test_the_beat_shows_itself_every_few_seconds_and_not_at_every_tick(beat, monkeypatch):
    shown = []
    monkeypatch.setattr(heartbeat, "show", shown.append)
    monkeypatch.setattr("helpdesk.beat.time.monotonic", lambda: 100.0 + len(ticks))
    ticks: list[float] = []

    for _second in range(25):
        ticks.append(beat.tick())

    assert shown == ["beat"] * 3
    assert set(ticks) == {1.0}


@pytest.mark.django_db
def test_without_its_database_the_beat_goes_on(beat, monkeypatch):
    def gone(part: str) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(heartbeat, "show", gone)
    monkeypatch.setattr("helpdesk.beat.connection.close", lambda: None)

    assert beat.tick() == 1.0


@pytest.mark.django_db
def test_a_worker_shows_the_queue_that_it_serves(travel):
    tasks.show_heartbeat("bulk")
    travel.forward(seconds=5)
    tasks.show_heartbeat("bulk")

    assert Heartbeat.objects.get().at == travel.moment


def test_every_queue_is_asked_for_a_sign_of_life_on_itself():
    asked = {(line["args"][0], line["options"]["queue"]) for line in SCHEDULE.values() if line["task"] == "roof.heartbeat"}

    assert asked == {(queue, queue) for queue in heartbeat.PATIENCE if queue != heartbeat.BEAT}
    assert {line["options"]["queue"] for line in SCHEDULE.values()} <= heartbeat.PATIENCE.keys()
    assert max(line["schedule"] for line in SCHEDULE.values()) <= LONGEST.total_seconds()


@pytest.mark.django_db
def test_a_container_can_ask_whether_its_part_is_alive():
    with pytest.raises(CommandError, match="beat is silent"):
        call_command("alive", "beat")

    heartbeat.show("beat")
    call_command("alive", "beat")

    Heartbeat.objects.update(at=now() - heartbeat.PATIENCE["beat"] - timedelta(seconds=5))
    with pytest.raises(CommandError, match="since 50 seconds"):
        call_command("alive", "beat")
