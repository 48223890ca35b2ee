"""Bytes by their content: the same ones once, whole or not at all."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError

from helpdesk.base import blobs, storage
from helpdesk.base.models import Blob
from helpdesk.base.storage import WholeFiles
from helpdesk.studio.models import Game
from tests.factories.desk import make_game

pytestmark = pytest.mark.django_db
STORY = b"The lighthouse keeper lost her lantern. " * 20_000


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "helpdesk.base.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path)}}
    }
    return tmp_path


def files(store: Path) -> int:
    return sum(path.is_file() for path in store.rglob("*"))


def test_the_same_bytes_are_one_blob_and_one_file(store: Path) -> None:
    first = blobs.keep(b"hello", media_type="text/plain")

    assert blobs.keep(b"hello") == first
    assert (Blob.objects.count(), files(store), blobs.read(first)) == (1, 1, b"hello")


def test_nothing_is_a_blob_too(store: Path) -> None:
    assert blobs.read(blobs.keep(b"")) == b""


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"?")


def zeroed(path: Path) -> None:
    """As a power cut leaves it on a file system that wrote the length before the bytes."""
    path.write_bytes(bytes(path.stat().st_size))


def last_byte(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"!")


@pytest.mark.parametrize("spoil", [Path.unlink, cut, longer, zeroed, last_byte])
def test_what_is_not_those_bytes_is_never_given_out_and_heals_when_they_come_again(store: Path, spoil: Any) -> None:
    blob = blobs.keep(STORY)
    spoil(store / blob.path)
    with pytest.raises(blobs.Unreadable):
        blobs.read(blob)
    assert blobs.examine(blob)

    blobs.keep(STORY)

    assert blobs.read(blob) == STORY
    assert (blobs.examine(blob), files(store)) == ("", 1)


@pytest.mark.parametrize("spoil", [cut, zeroed])
def test_a_half_written_file_without_a_row_is_not_trusted_either(store: Path, spoil: Any) -> None:
    blob = blobs.keep(STORY)
    Blob.objects.all().delete()
    spoil(store / blob.path)

    assert blobs.read(blobs.keep(STORY)) == STORY


def test_a_file_of_another_length_is_not_streamed(store: Path) -> None:
    blob = blobs.keep(STORY)
    cut(store / blob.path)

    with pytest.raises(blobs.Unreadable, match="400000 bytes of 800000"):
        blobs.opened(blob)


def test_a_disk_that_does_not_give_the_bytes_is_told_in_the_same_way(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blob = blobs.keep(STORY)

    def broken(*_words: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(WholeFiles, "_open", broken)
    with pytest.raises(blobs.Unreadable, match="Input/output error"):
        blobs.read(blob)
    assert "Input/output error" in blobs.examine(blob)


def test_a_full_disk_is_told_and_leaves_nothing(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(blobs.NotKept) as refusal:
        blobs.keep(STORY, field="logo")

    assert refusal.value.field == "logo" and "was not stored" in str(refusal.value)
    assert (files(store), Blob.objects.count()) == (0, 0)
    monkeypatch.undo()
    assert blobs.read(blobs.keep(STORY)) == STORY


def test_a_refused_new_copy_leaves_the_old_file(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blob = blobs.keep(b"hello")

    def refused(*_args: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(OSError, match="Input/output"):
        default_storage.save(blob.path, ContentFile(b"another"))

    assert (blobs.read(blob), files(store)) == (b"hello", 1)


def test_every_file_and_every_new_folder_reach_the_disk_before_the_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settled: list[str] = []
    really = os.fsync

    def noted(handle: int) -> None:
        settled.append(str(Path(f"/proc/self/fd/{handle}").readlink()).removeprefix(str(tmp_path)))
        really(handle)

    monkeypatch.setattr(storage.os, "fsync", noted)
    WholeFiles(str(tmp_path)).save("blobs/ab/cd/abcd", ContentFile(b"x"))

    written = [path for path in settled if path.startswith("/incoming/abcd.")]
    assert len(written) == 1
    assert settled.index(written[0]) < settled.index("/blobs/ab/cd")  # the file, then the folder that holds its name
    assert {"", "/blobs", "/blobs/ab", "/blobs/ab/cd"} <= set(settled)


def test_a_storage_that_gives_other_names_is_refused_before_it_spoils_anything(settings: Any, tmp_path: Path) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path)}}}
    blob = blobs.keep(b"hello")
    (tmp_path / blob.path).write_bytes(b"hel")

    with pytest.raises(RuntimeError, match="does not replace files"):
        blobs.keep(b"hello")

    assert files(tmp_path) == 1


def checked() -> tuple[int, str]:
    said = io.StringIO()
    try:
        call_command("check_blobs", stdout=said)
    except CommandError as error:
        return error.returncode, said.getvalue() + str(error)
    return 0, said.getvalue()


def test_the_check_reads_every_file_and_names_what_is_wrong_and_who_needs_it(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.base.management.commands.check_blobs.PAGE", 2)
    kept = [blobs.keep(f"letter {number}".encode() * 100) for number in range(5)]
    for blob in kept[1:4]:
        make_game(f"lanternfall-{blob.pk}", logo=blob)
    assert checked() == (0, "5 files of 0.0 MB together were read; all of them are whole.\n")
    (store / kept[0].path).unlink()  # which nobody uses
    (store / kept[1].path).unlink()
    zeroed(store / kept[3].path)

    code, said = checked()

    assert code == 1 and "2 of them missing or damaged" in said
    assert f"{kept[1].path}: the storage has lost it; used by games.Game.logo {Game.objects.get(logo=kept[1]).pk}" in said
    assert f"{kept[3].path}: its bytes have changed; used by games.Game.logo {Game.objects.get(logo=kept[3]).pk}" in said
    assert set(Blob.objects.filter(unreadable_since__isnull=False)) == {kept[0], kept[1], kept[3]}

    for number in (0, 1, 3):
        blobs.keep(f"letter {number}".encode() * 100)
    assert checked()[0] == 0 and not Blob.objects.filter(unreadable_since__isnull=False)
