"""A player's data as he may ask for them: one archive with `data.json` and his files, made piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from zipfile import ZIP_DEFLATED, ZipFile

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.audit.services import note_audit
from helpdesk.base import blobs, clock
from helpdesk.base.jobs import kinds, verbs
from helpdesk.base.jobs.kinds import Kind, Step
from helpdesk.base.jobs.models import Job
from helpdesk.base.models import Blob
from helpdesk.base.personal import keepers
from helpdesk.base.text import one_line
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from players.models import Player

KIND = "players.export"
KEPT = timedelta(days=3)  # so long the archive can be fetched
PIECE = 256 * 1024  # bytes of a file that are held in memory at once


def register() -> None:
    """Called in `ready()`."""
    label = gettext_lazy("A player's data to give out")
    kinds.register(Kind(KIND, label, _work, _says, right=Right.ERASE_PLAYER, everywhere=True, by_itself=True, in_one_go=True))


@transaction.atomic
def ask(player: Player, *, by: User, request: HttpRequest | None = None) -> Job:
    """Have the archive made, unless it is being made for this person already. That it was given out is written down."""
    Player.objects.select_for_update().get(pk=player.pk)
    if (job := newest_job(player, by=by)) and not job.over:
        return job
    job = verbs.start(KIND, owner=by.pk, player=player.pk)
    note_audit("players.exported", by=by, subject=player, request=request, job=job.pk)
    return job


def newest_job(player: Player, *, by: User) -> Job | None:
    """The last one that this person has asked for."""
    return Job.objects.filter(player=player.pk, kind=KIND, owner=by.pk).first()


def _says(job: Job) -> str:
    return _("Player %(number)s: archive of all data") % {"number": job.player}


def _work(job: Job) -> Iterator[Step]:
    with TemporaryFile() as file:
        for piece in archive(job.player or 0):
            file.write(piece)
            yield Step()
        file.flush()
        job.result = blobs.keep(file, media_type="application/zip")
    job.result_name, job.result_until = f"player-{job.player}.zip", clock.now() + KEPT


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
