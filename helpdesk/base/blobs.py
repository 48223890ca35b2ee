"""Keeping bytes: raw mails, attachments, logos. Same bytes, one blob."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from helpdesk.base import clock
from helpdesk.base.models import Blob

_NEW = """
INSERT INTO base_blob (sha256, size, media_type, created_at) VALUES (%s, %s, %s, %s) ON CONFLICT (sha256) DO NOTHING RETURNING *
"""


def keep(content: bytes, *, media_type: str = "application/octet-stream") -> Blob:
    """The blob of these bytes, written if it was not there. The file is safe before the row names it.

    The file is written again when the row exists and the file does not: a storage restored from an older copy heals itself.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    blob = Blob(sha256=sha256, size=len(content), media_type=media_type)
    if not default_storage.exists(blob.path):
        default_storage.save(blob.path, ContentFile(content))
    made = list(Blob.objects.raw(_NEW, [sha256, len(content), media_type, clock.now()]))
    return made[0] if made else Blob.objects.get(sha256=sha256)


def read(blob: Blob) -> bytes:
    """All bytes of a blob. Raises FileNotFoundError when the storage has lost them."""
    with default_storage.open(blob.path) as file:
        content: bytes = file.read()
    return content
