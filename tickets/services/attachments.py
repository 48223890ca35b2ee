"""Keeping files: the type by content, pictures made anew without what they carry along, the rest as it came."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any

import filetype
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from helpdesk.base import blobs
from helpdesk.base.errors import DomainError
from helpdesk.base.text import one_line
from tickets.models import Attachment, Draft, Message, Ticket

PIXELS = 50_000_000  # of one picture, as the largest telephones make them: 200 MB while it is being worked on
MOVING_PIXELS = 2 * PIXELS  # of all frames together
FRAMES = 600
PIXELS_PER_MESSAGE = 4 * PIXELS  # some 20 seconds of work; while it lasts the ticket is locked
Image.MAX_IMAGE_PIXELS = PIXELS  # above that Pillow says that somebody means harm
PREVIEW = (480, 360)  # pixels at the most
_PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}
_NOTHING_ALONG: dict[str, Any] = {"exif": b"", "xmp": b"", "comment": b""}  # else Pillow copies what it found
_TEXT_ENDINGS = {
    ".txt": "text/plain",
    ".log": "text/plain",
    ".csv": "text/csv",
    ".json": "application/json",
    ".eml": "message/rfc822",
    ".ics": "text/calendar",
}
FILES_PER_MESSAGE = 30


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as it came: its own name, its bytes, and whether the text shows it by `content_id`."""

    name: str
    content: bytes
    inline: bool = False
    content_id: str = ""


@dataclass(slots=True)
class Patience:
    """How much work the pictures of one message may make. A picture of a few kilobytes may unpack into gigabytes."""

    pixels: int = PIXELS_PER_MESSAGE

    def spend(self, picture: Image.Image, frames: int) -> None:
        """Raises ValueError for a picture that would cost too much."""
        size = frames * picture.width * picture.height * (2 if picture.format == "WEBP" else 1)  # whose encoder takes twice as much
        if frames > FRAMES or size > (PIXELS if frames == 1 else MOVING_PIXELS) or size > self.pixels:
            raise ValueError("unpacking this picture would stop the worker")
        self.pixels -= size


def type_of(name: str, content: bytes) -> str:
    """The media type by content; only plain texts may say theirs by their ending."""
    found = filetype.guess(content[:8192])
    if found:
        mime: str = found.mime
        return mime
    ending = "." + name.rpartition(".")[2].lower()
    if ending in _TEXT_ENDINGS and b"\x00" not in content[:8192]:
        return _TEXT_ENDINGS[ending]
    return "application/octet-stream"


def keep_files(ticket: Ticket, files: list[NewFile], *, message: Message) -> list[Attachment]:
    """Keep a message's files; one that may not be kept leaves a stub with the reason."""
    patience = Patience()
    return [
        _keep(
            ticket,
            file,
            message=message,
            draft=None,
            refused="" if number < FILES_PER_MESSAGE else _("More than 30 files came with one message."),
            patience=patience,
        )
        for number, file in enumerate(files)
    ]


def attach(ticket: Ticket | None, file: NewFile, *, draft: Draft) -> Attachment:
    """Keep a file that an operator adds to a draft. DomainError when it is empty, too large or one too many."""
    if not file.content:
        raise DomainError(_("“%(name)s” is empty.") % {"name": file.name}, field="file")
    if len(file.content) > settings.MAX_ATTACHMENT_BYTES:
        raise DomainError(_too_large(file), field="file")
    if draft.attachments.count() >= FILES_PER_MESSAGE:
        raise DomainError(_("A message takes 30 files at the most."), field="file")
    return _keep(ticket, file, message=None, draft=draft, refused="", patience=Patience())


def _keep(
    ticket: Ticket | None, file: NewFile, *, message: Message | None, draft: Draft | None, refused: str, patience: Patience
) -> Attachment:
    name = one_line(file.name.replace("\\", "/").rpartition("/")[2], 200) or "file"
    media_type = type_of(name, file.content)
    if len(file.content) > settings.MAX_ATTACHMENT_BYTES:
        refused = _too_large(file)
    blob = preview = None
    if not refused:
        content, small = _picture(file.content, media_type, patience) if media_type in _PICTURES else (file.content, b"")
        blob = blobs.keep(content, media_type=media_type)
        preview = blobs.keep(small, media_type="image/webp") if small else None
    return Attachment.objects.create(
        ticket=ticket,
        message=message,
        draft=draft,
        name=name,
        media_type=media_type,
        size=len(file.content),
        blob=blob,
        preview=preview,
        inline=file.inline,
        content_id=file.content_id[:250],
        refused=refused[:200],
    )


def _too_large(file: NewFile) -> str:
    return _("“%(name)s” is larger than %(limit)d MB.") % {
        "name": one_line(file.name, 80),
        "limit": settings.MAX_ATTACHMENT_BYTES // 1024 // 1024,
    }


def _picture(content: bytes, media_type: str, patience: Patience) -> tuple[bytes, bytes]:
    """The picture encoded anew (no EXIF, no trailing bytes) and a small WebP of it.

    What Pillow cannot read, or what would cost too much, stays as it came, without a preview: it is then only ever downloaded, never shown.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content))
            moving = bool(getattr(picture, "is_animated", False))
            patience.spend(picture, getattr(picture, "n_frames", 1) if moving else 1)
            again = io.BytesIO()
            if moving:
                first = ImageOps.exif_transpose(picture)
                picture.save(again, _PICTURES[media_type], save_all=True, **_NOTHING_ALONG)
            else:
                first = picture
                ImageOps.exif_transpose(first, in_place=True)
                quality = {"quality": 90} if media_type == "image/jpeg" else {}
                first.save(again, _PICTURES[media_type], **_NOTHING_ALONG, **quality)
            first.thumbnail(PREVIEW)
            preview = io.BytesIO()
            first.convert("RGBA" if first.mode in {"RGBA", "LA", "P", "PA"} else "RGB").save(preview, "WEBP", quality=80)
        return again.getvalue(), preview.getvalue()
    except Exception:  # Pillow raises nearly everything on a broken picture
        return content, b""
