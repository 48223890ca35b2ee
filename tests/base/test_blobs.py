"""Bytes by their content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpdesk.base import blobs
from helpdesk.base.models import Blob

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    return tmp_path


def files(store: Path) -> int:
    return sum(path.is_file() for path in store.rglob("*"))


def test_the_same_bytes_are_one_blob_and_one_file(store: Path) -> None:
    first = blobs.keep(b"hello", media_type="text/plain")

    assert blobs.keep(b"hello") == first
    assert (Blob.objects.count(), files(store), blobs.read(first)) == (1, 1, b"hello")


def test_a_file_that_the_storage_lost_heals_when_the_bytes_come_again(store: Path) -> None:
    blob = blobs.keep(b"hello")
    (store / blob.path).unlink()
    with pytest.raises(FileNotFoundError):
        blobs.read(blob)

    blobs.keep(b"hello")

    assert blobs.read(blob) == b"hello"


def test_nothing_is_a_blob_too(store: Path) -> None:
    assert blobs.read(blobs.keep(b"")) == b""
