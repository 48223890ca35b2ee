"""A player's data as he may ask for them: one archive with `data.json` and his files, made while it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZipFile

from helpdesk.base import blobs
from helpdesk.base.models import Blob
from helpdesk.base.personal import keepers
from helpdesk.base.text import one_line

PIECE = 256 * 1024  # bytes of a file that are held in memory at once


class _Out:
    """What the archive has written and nobody has taken yet. It cannot be searched, so the archive describes each file behind it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is kept back."""

    def take(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        if pieces:
            yield b"".join(pieces)


def archive(player_id: int) -> Iterator[bytes]:
    """The bytes of the zip, in pieces. A file that the storage has lost, or of which it has a part, is named in `lost.txt`."""
    out, lost = _Out(), list[str]()
    with ZipFile(out, "w", ZIP_DEFLATED) as package:  # type: ignore[call-overload]  # write and flush are all it needs
        with package.open("data.json", "w", force_zip64=True) as file:
            for number, piece in enumerate(_lines(player_id)):
                file.write(piece)
                if number % 100 == 0:
                    yield from out.take()
        for number, (name, blob) in enumerate(_files(player_id), start=1):
            try:
                source = blobs.opened(blob)
            except blobs.Unreadable:
                lost.append(name)
                continue
            with source, package.open(f"files/{number}-{_plain(name)}", "w", force_zip64=True) as file:
                while piece := source.read(PIECE):
                    file.write(piece)
                    yield from out.take()
        if lost:
            package.writestr("lost.txt", "\n".join(lost))
    yield from out.take()


def _lines(player_id: int) -> Iterator[bytes]:
    """A JSON list, a line for each fact, under the name of the room that keeps it."""
    before = "[\n"
    for keeper in keepers():
        for row in keeper.export(player_id):
            yield (before + json.dumps({"kept_by": keeper.room} | row, ensure_ascii=False, default=str)).encode()
            before = ",\n"
    yield b"[]" if before == "[\n" else b"\n]\n"


def _files(player_id: int) -> Iterator[tuple[str, Blob]]:
    for keeper in keepers():
        yield from keeper.files(player_id)


def _plain(name: str) -> str:
    """A name that stays in its folder on any system."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return one_line("".join("_" if sign in '<>:"|?*' else sign for sign in last), 120) or "file"
