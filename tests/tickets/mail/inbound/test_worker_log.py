"""A real worker with production's settings: what it writes while it works can be traced to its task, and to the click that caused it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import structlog
from celery import current_app
from django.conf import settings
from django.db import connection

from tests.factories.desk import make_game
from tests.live.waiting import until
from tests.tickets.mail.inbound.desk import receive_mail
from tests.tickets.mail.parse.letters import letter

pytestmark = pytest.mark.django_db(transaction=True)  # the worker must see the rows


@pytest.fixture
def queue() -> str:
    """One of our own: other tests' nudges lie in the usual ones."""
    return f"log-{uuid.uuid4()}"


@pytest.fixture
def said(transactional_db: None, queue: str, tmp_path: Path) -> Iterator[Path]:
    """What a worker of that queue says, as it says it."""
    path = tmp_path / "worker.log"
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = {
        "HELPDESK_ENV": "production",
        "SECRET_KEY": "0123456789abcdef" * 4,
        "ALLOWED_HOSTS": "desk.studio.example",
        "DATABASE_URL": urlunsplit(database),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "LOG_LEVEL": "INFO",
    }
    words = ["-Q", queue, "-c", "1", "-l", "INFO", "--without-gossip", "--without-mingle", "-n", f"{queue}@%h"]
    with path.open("w") as file:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "helpdesk", "worker", *words],
            cwd=settings.BASE_DIR, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=file,
        )  # fmt: skip
        try:
            yield path
        finally:
            worker.terminate()
            worker.wait(30)


def lines(said: Path, event: str) -> list[dict[str, Any]]:
    told = [json.loads(line) for line in said.read_text().splitlines() if line.startswith("{") and line.endswith("}")]
    return [line for line in told if line["event"] == event]


def test_what_a_task_says_carries_its_id_and_that_of_the_request_that_asked_for_it(said: Path, queue: str):
    make_game("ember", address="help@ember.example")
    make_game("tide", address="help@tide.example")
    raw = receive_mail(letter("Hello", to="nobody@studio.example"), process=False)

    with structlog.contextvars.bound_contextvars(request_id="the-click"):
        task = current_app.send_task("mail.process", args=[raw.pk], queue=queue)

    until(lambda: lines(said, "mail_parked"), "the worker to tell of the mail", seconds=60)
    (told,) = lines(said, "mail_parked")
    assert (told["raw_mail"], told["task_id"], told["request_id"]) == (raw.pk, task.id, "the-click")
