"""Files that are there whole or not at all: what the desk's blobs need of a storage, on a file system.

Another storage may stand in its place in STORAGES if saving under a name that is there replaces it, at once and as a whole, as the
object stores do (django-storages: `file_overwrite`).
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage

from helpdesk.base.crash import crash_point

INCOMING = "incoming"  # folder of files that are being written; beside the others, so that a rename brings them there
PIECE = 256 * 1024  # bytes written at once


class WholeFiles(FileSystemStorage):
    """Written beside, made durable, renamed: a crash, a full disk or a power cut leaves the old file, the new one or none, never a part.

    `durable=False` leaves out the waiting for the disk, for data that nobody would miss after a power cut (demo, tests).
    """

    def __init__(self, location: str | None = None, *, durable: bool = True, **options: Any) -> None:
        super().__init__(location, **options)
        self.durable = durable

    def is_name_available(self, name: str, max_length: int | None = None) -> bool:
        """Each name is: the new file takes the place of the one that is there."""
        return not max_length or len(name) <= max_length

    def _save(self, name: str, content: File[bytes]) -> str:
        place = Path(self.path(name))
        self._make_folder(place.parent)
        written = self._write(place.name, content.chunks(PIECE))
        try:
            written.rename(place)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
        crash_point("blob.renamed")
        self._settle(place.parent)
        return name

    def leftovers(self, before: datetime) -> Iterator[str]:
        """Names of files whose writing was begun before that moment and never came to its end."""
        with contextlib.suppress(FileNotFoundError):
            for name in self.listdir(INCOMING)[1]:
                with contextlib.suppress(FileNotFoundError):  # its writer was just done
                    if self.get_modified_time(f"{INCOMING}/{name}") < before:
                        yield f"{INCOMING}/{name}"

    def _write(self, name: str, pieces: Iterable[bytes]) -> Path:
        """A finished file in the folder of what is being written; nothing stays there when it fails."""
        folder = Path(self.path(INCOMING))
        self._make_folder(folder)
        path = folder / f"{name}.{secrets.token_hex(8)}"
        with path.open("xb") as file:
            crash_point("blob.opened")
            try:
                for piece in pieces:
                    file.write(piece)
                    crash_point("blob.half")
                file.flush()
                if self.file_permissions_mode is not None:
                    path.chmod(self.file_permissions_mode)
                crash_point("blob.written")
                if self.durable:
                    os.fsync(file.fileno())
                crash_point("blob.synced")
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        return path

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        with contextlib.suppress(FileExistsError):  # two make it at once
            folder.mkdir()
            if self.directory_permissions_mode is not None:
                folder.chmod(self.directory_permissions_mode)
        self._settle(folder.parent)

    def _settle(self, folder: Path) -> None:
        """What was put into this folder is there after a power cut too."""
        if not self.durable:
            return
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
