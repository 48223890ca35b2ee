"""The disk is full while somebody adds a file: he is told beside it, nothing leaves without it, and what he typed stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from helpdesk.staff.models import User
from tests.conftest import Disk
from tests.factories.desk import make_ticket
from tests.tickets.desk.conftest import Desk
from tickets.models import Attachment, Message

pytestmark = pytest.mark.django_db
WORDS = "The map of the harbour is in the file."
SENTENCE = "this was not stored"


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "helpdesk.base.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path)}}
    }


def drawing() -> SimpleUploadedFile:
    return SimpleUploadedFile("harbour.txt", b"a map")


def test_a_file_for_the_draft_is_refused_in_words(clara: User, desk: Desk, disk: Disk) -> None:
    ticket, client = make_ticket(), desk(clara)
    client.post(f"/tickets/{ticket.number}/draft/", {"mode": "reply", "text": WORDS})
    disk.full = True

    refused = client.post(f"/tickets/{ticket.number}/files/", {"mode": "reply", "file": drawing()})

    assert (refused.status_code, Attachment.objects.count()) == (422, 0)
    assert SENTENCE in refused.content.decode()
    assert WORDS in client.get(f"/tickets/{ticket.number}/").content.decode()
    disk.full = False
    assert client.post(f"/tickets/{ticket.number}/files/", {"mode": "reply", "file": drawing()}).status_code == 200


@pytest.mark.parametrize("kind", ["reply", "note"])
def test_without_scripts_nothing_leaves_without_its_file(clara: User, desk: Desk, disk: Disk, kind: str) -> None:
    ticket, client = make_ticket(), desk(clara)
    disk.full = True

    answer = client.post(f"/tickets/{ticket.number}/{kind}/", {"mode": kind, "text": WORDS, "file": drawing()})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert SENTENCE in page and WORDS in page
    assert not Message.objects.filter(ticket=ticket, kind=kind).exists()
