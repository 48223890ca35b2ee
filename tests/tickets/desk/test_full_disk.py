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


class FullFile:
    """A temporary file on a disk that has room for one piece."""

    name = "/nowhere"

    def __init__(self, *_words: Any, **_more: Any) -> None:
        self.written = 0

    def write(self, piece: bytes) -> None:
        self.written += len(piece)
        if self.written > 100_000:
            raise OSError(28, "No space left on device")

    def seek(self, _at: int) -> None:
        return None

    def close(self) -> None:
        return None


def test_a_large_file_that_finds_no_room_on_its_way_in_is_refused_in_words(
    clara: User, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any storage is asked: large uploads lie in the machine's temporary folder first."""
    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", FullFile)
    ticket, client = make_ticket(), desk(clara)
    large = SimpleUploadedFile("harbour.bin", b"a map" * 600_000)

    refused = client.post(f"/tickets/{ticket.number}/files/", {"mode": "reply", "file": large})
    large.seek(0)
    page = client.post(f"/tickets/{ticket.number}/reply/", {"mode": "reply", "text": WORDS, "file": large})

    assert (refused.status_code, page.status_code) == (422, 422)
    assert SENTENCE in refused.content.decode()
    assert SENTENCE in page.content.decode() and WORDS in page.content.decode()
    assert not Attachment.objects.exists() and not Message.objects.filter(ticket=ticket, kind="reply").exists()


@pytest.mark.parametrize("kind", ["reply", "note"])
def test_without_scripts_nothing_leaves_without_its_file(clara: User, desk: Desk, disk: Disk, kind: str) -> None:
    ticket, client = make_ticket(), desk(clara)
    disk.full = True

    answer = client.post(f"/tickets/{ticket.number}/{kind}/", {"mode": kind, "text": WORDS, "file": drawing()})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert SENTENCE in page and WORDS in page
    assert not Message.objects.filter(ticket=ticket, kind=kind).exists()
