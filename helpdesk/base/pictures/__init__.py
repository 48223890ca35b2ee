"""Pictures encoded anew, apart from the desk: what a few kilobytes unpack to is for their sender to choose."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from helpdesk.base.sandbox import Apart, Workshop

log = structlog.get_logger(__name__)

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}
SECONDS = 3.0  # of the processor, for all pictures of one message together

_studio = Workshop("helpdesk.base.pictures.drawing", size=2)  # at most two at a time, also where many threads ask


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture encoded anew and a small WebP of it; without the latter it stays as it came, to be downloaded and never shown."""

    content: bytes
    preview: bytes


@dataclass(slots=True)
class Patience:
    """How much of the processor's time the pictures of one message may still take."""

    seconds: float = SECONDS


def drawn(content: bytes, media_type: str, patience: Patience) -> Drawn:
    """What nobody can read, or what would cost too much, stays as it came. Nothing is raised for any bytes."""
    if patience.seconds <= 0:
        return Drawn(content, b"")
    try:
        (again, preview), spent = _studio.ask("anew", content, media_type, answer=tuple[bytes, bytes], seconds=patience.seconds)
    except Apart as reason:
        log.info("picture_left_as_it_is", media_type=media_type, bytes=len(content), reason=str(reason))
        patience.seconds -= SECONDS / 2  # a message full of bombs has had its time
        return Drawn(content, b"")
    patience.seconds -= spent
    return Drawn(again, preview)


def logo(content: bytes, side: int) -> bytes | None:
    """A picture as PNG, no side longer than that; None for one that cannot be read or would cost too much."""
    try:
        (found, _), _ = _studio.ask("logo", content, side, answer=tuple[bytes, bytes])
    except Apart:
        return None
    return found
