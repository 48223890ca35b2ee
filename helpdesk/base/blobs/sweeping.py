"""What nobody uses goes: blobs that lost their last user, files that lost their row, files that were never written to their end.

The storage is swept in 256 shards, by the first two signs of the hash, one at each tick. A blob goes under its row's lock, file first:
who keeps the same bytes at that moment waits for the row, finds the file gone and writes it again. A crash between the two leaves a row
without a file that nobody uses, and the next round takes it. The grace is for who has kept a blob and has yet to write who uses it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from math import inf

import structlog
from django.core.files.storage import default_storage, storages
from django.db import connection, transaction
from django.db.models import Q

from helpdesk.base import clock
from helpdesk.base.blobs.keeping import examine, note_state
from helpdesk.base.blobs.users import named_elsewhere, unused
from helpdesk.base.crash import crash_point
from helpdesk.base.models import Blob
from helpdesk.base.storage import WholeFiles
from helpdesk.base.turns import Turn

log = structlog.get_logger(__name__)

GRACE = timedelta(hours=24)
LEFT_OVER = timedelta(hours=1)  # no writing lasts so long
BATCH = 500
SHARDS = 256
TICK = 60  # seconds; so a whole round takes four and a quarter hours
_NAME = re.compile(r"[0-9a-f]{64}")
_ADOPTED = """
INSERT INTO base_blob (sha256, size, media_type, created_at) VALUES (%s, %s, 'application/octet-stream', %s) ON CONFLICT DO NOTHING
"""


def sweep(*, grace: timedelta = GRACE, seconds: float = inf) -> int:
    """Sweep the whole storage, as far as the time goes; how many blobs went, row and file.

    What has been kept within `grace` stays. What cannot be deleted is logged, stays too, and stops nothing. Outside a transaction only.
    """
    turn = Turn(seconds)
    sweep_leftovers()
    return sum(sweep_shard(f"{number:02x}", grace=grace, turn=turn) for number in range(SHARDS) if turn.lasts())


def sweep_in_turn(*, seconds: float = inf) -> int:
    """One tick: the shard whose turn it is by the clock, and what was never written to its end."""
    sweep_leftovers()
    number = int(clock.now().timestamp() // TICK) % SHARDS
    return sweep_shard(f"{number:02x}", grace=GRACE, turn=Turn(seconds))


def sweep_shard(shard: str, *, grace: timedelta, turn: Turn) -> int:
    """The blobs whose hash begins so: files get the row they lost, rows without a file are marked, and what nobody uses goes."""
    before = clock.now() - grace
    if not _compare(shard, before, turn):
        return 0
    swept, failed, last = 0, 0, ""
    while turn.lasts() and (batch := _candidates(shard, before, after=last)):
        last = batch[-1].sha256
        spared = named_elsewhere(batch)
        for blob in batch:
            if blob.pk not in spared:
                gone = _remove(blob, before)
                swept, failed = swept + bool(gone), failed + (gone is None)
    if swept or failed:
        log.info("blobs_swept", shard=shard, swept=swept, failed=failed)
    return swept


def sweep_leftovers() -> int:
    """Files whose writing a crash cut off; how many there were."""
    storage = storages["default"]
    if not isinstance(storage, WholeFiles):
        return 0
    swept = 0
    for name in storage.leftovers(clock.now() - LEFT_OVER):
        try:
            storage.delete(name)
            swept += 1
        except OSError as error:
            log.error("leftover_not_swept", file=name, error=str(error))
    return swept


def _candidates(shard: str, before: datetime, *, after: str) -> list[Blob]:
    return list(unused(Blob.objects.filter(sha256__startswith=shard, sha256__gt=after, created_at__lt=before)).order_by("sha256")[:BATCH])


def _remove(blob: Blob, before: datetime) -> bool | None:
    """Row and file together. False when somebody uses or keeps it after all; None when it could not be done."""
    try:
        with transaction.atomic(durable=True):
            held = list(Blob.objects.select_for_update(skip_locked=True).filter(pk=blob.pk, created_at__lt=before))
            if not held or named_elsewhere(held):  # asked anew, under the lock: whoever came before it can be seen by now
                return False
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # so that the database forbids it before the file goes, not after
                gone, _kinds = unused(Blob.objects.filter(pk=blob.pk)).delete()
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            if gone:
                default_storage.delete(blob.path)
                crash_point("blob.file_gone")
    except Exception:  # one that cannot go keeps none of the others here
        log.exception("blob_not_swept", sha256=blob.sha256)
        return None
    return bool(gone)


def _compare(shard: str, before: datetime, turn: Turn) -> bool:
    """The shard's files with its rows; whether it has any of either.

    A file of old without a row gets one, which goes in the same sweep as any other that nobody uses.
    """
    files = {name for folder in _folders(shard) for name in _listed(folder)[1]}
    rows = set(Blob.objects.filter(sha256__startswith=shard).values_list("sha256", flat=True).iterator())
    for name in sorted(files - rows):
        if not _NAME.fullmatch(name):
            log.warning("strange_file_among_blobs", file=name)
            continue
        path = Blob(sha256=name).path
        with suppress(FileNotFoundError):
            written = default_storage.get_modified_time(path)
            if written < before:
                with connection.cursor() as cursor:
                    cursor.execute(_ADOPTED, [name, default_storage.size(path), written])
    if not rows:
        return bool(files)
    doubted = Blob.objects.filter(sha256__startswith=shard)
    doubted = doubted.filter(Q(sha256__in=sorted(rows - files)) | Q(unreadable_since__isnull=False))
    for blob in doubted.order_by("sha256").iterator():  # looked for once more: some came after the files were listed
        if not turn.lasts():
            break
        note_state(blob, examine(blob))
    return True


def _folders(shard: str) -> Iterator[str]:
    for folder in _listed(f"blobs/{shard}")[0]:
        yield f"blobs/{shard}/{folder}"


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
    return folders, files
