"""Keeping bytes and giving them out again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from typing import IO

import structlog
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import connection
from django.utils.translation import gettext as _

from helpdesk.base import clock
from helpdesk.base.crash import crash_point
from helpdesk.base.errors import DomainError
from helpdesk.base.models import Blob

log = structlog.get_logger(__name__)

PIECE = 1024 * 1024  # bytes read at once
TRIES = 5  # each further one needs a sweep that comes between two statements
_NEW = """
INSERT INTO base_blob (sha256, size, media_type, created_at) VALUES (%s, %s, %s, %s) ON CONFLICT (sha256) DO NOTHING RETURNING *
"""
_HELD = "SELECT * FROM base_blob WHERE sha256 = %s FOR KEY SHARE"
_RENEWED = "UPDATE base_blob SET created_at = greatest(created_at, %s) WHERE sha256 = %s RETURNING *"


class NotKept(DomainError):
    """The storage did not take the bytes: it is full, or broken. Nothing of them counts as stored; who brought them brings them again."""


class Unreadable(OSError):
    """The storage has lost these bytes, or has others under their name."""


def no_room() -> str:
    """The words for whoever brought what could not be stored, in their language."""
    return _("The desk's storage is full or broken: this was not stored. Tell an administrator, then try again.")


def keep(content: bytes | IO[bytes], *, media_type: str = "application/octet-stream", field: str = "") -> Blob:
    """The blob of these bytes, or of what a file holds, which is read in pieces. The file is whole and safe before the row names it.

    A file that is there already is trusted only if it holds the same bytes, else it is replaced: a storage restored from an older copy,
    or spoilt by a crash, heals itself. Within a transaction nobody sweeps the blob until its end; without one its grace begins anew.
    NotKept, for the form's `field`, when the storage refuses.
    """
    source: File[bytes] = ContentFile(content) if isinstance(content, bytes) else File(content)
    digest = hashlib.sha256()
    for piece in source.chunks(PIECE):
        digest.update(piece)
    blob = Blob(sha256=digest.hexdigest(), size=source.size, media_type=media_type)
    with _refusing(blob, field):
        for _try in range(TRIES):
            if not _holds(blob.path, source):
                _write(blob.path, source)
            crash_point("blob.before_row")
            kept = _row(blob)
            crash_point("blob.after_row")
            if kept and default_storage.exists(blob.path):  # a sweep was between the file and the row, and cannot be any more
                note_state(kept, "")
                return kept
    raise RuntimeError(f"Blob {blob.sha256} was swept {TRIES} times while it was kept.")


def read(blob: Blob) -> bytes:
    """All bytes of a blob, exactly those that were kept. Unreadable when the storage has them no more."""
    with opened(blob) as file:
        try:
            content: bytes = file.read()
        except OSError as error:
            raise Unreadable(f"{blob.path}: {error}") from error
    if hashlib.sha256(content).hexdigest() != blob.sha256:
        raise Unreadable(f"{blob.path}: its bytes have changed")
    return content


def opened(blob: Blob) -> File[bytes]:
    """The file, to be handed on piece by piece. Unreadable when it is not there or has another length."""
    try:
        file: File[bytes] = default_storage.open(blob.path)
    except FileNotFoundError:
        raise Unreadable(f"{blob.path}: the storage has lost it") from None
    except OSError as error:
        raise Unreadable(f"{blob.path}: {error}") from error
    if (there := file.size) != blob.size:
        file.close()
        raise Unreadable(f"{blob.path}: {there} bytes of {blob.size} are there")
    return file


def examine(blob: Blob) -> str:
    """What is wrong with the file of a blob, in English; empty when every byte is right. Reads it in pieces."""
    digest = hashlib.sha256()
    try:
        with opened(blob) as file:
            for piece in file.chunks(PIECE):
                digest.update(piece)
    except OSError as error:
        return str(error)
    return "" if digest.hexdigest() == blob.sha256 else f"{blob.path}: its bytes have changed"


def note_state(blob: Blob, trouble: str) -> None:
    """Write down at the row whether its file can be read (`trouble` as `examine` tells it); the metrics count it. News goes to the log."""
    if bool(trouble) == (blob.unreadable_since is not None):
        return
    blob.unreadable_since = clock.now() if trouble else None
    Blob.objects.filter(pk=blob.pk).update(unreadable_since=blob.unreadable_since)
    if trouble:
        log.error("blob_unreadable", sha256=blob.sha256, why=trouble)
    else:
        log.info("blob_healed", sha256=blob.sha256)


def _row(blob: Blob) -> Blob | None:
    """The row, made if there was none. None when a sweep took it just now."""
    made = list(Blob.objects.raw(_NEW, [blob.sha256, blob.size, blob.media_type, clock.now()]))
    if made:
        return made[0]
    if connection.in_atomic_block:
        found = list(Blob.objects.raw(_HELD, [blob.sha256]))
    else:
        found = list(Blob.objects.raw(_RENEWED, [clock.now(), blob.sha256]))
    return found[0] if found else None


def _holds(path: str, source: File[bytes]) -> bool:
    """Whether exactly these bytes lie there. Reading them costs less than their hash did, and far less than writing them again."""
    try:
        if not default_storage.exists(path) or default_storage.size(path) != source.size:
            return False
        with default_storage.open(path) as file:
            return all(there == piece for there, piece in zip_longest(file.chunks(PIECE), source.chunks(PIECE)))
    except OSError:
        return False


def _write(path: str, source: File[bytes]) -> None:
    name = default_storage.save(path, source)
    if name != path:
        default_storage.delete(name)
        raise RuntimeError("The storage does not replace files: blobs need one that does, see helpdesk/base/storage.py.")


@contextmanager
def _refusing(blob: Blob, field: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log.error("blob_not_kept", sha256=blob.sha256, size=blob.size, error=str(error))
        raise NotKept(no_room(), field=field) from error
