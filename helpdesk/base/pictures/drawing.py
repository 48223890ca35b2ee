"""The child's program: Pillow at work, within the time and the memory that its parent gives.

Before it unpacks anything it reckons: pixels, frames and scans (a progressive JPEG may repeat its last scan thousands of times) say what
a picture will cost. What they do not say, the child's limits do.
"""

from __future__ import annotations

import io
import warnings
from typing import Any

from PIL import Image, ImageOps

from helpdesk.base.sandbox.child import Job, serve

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
PIXELS = 50_000_000  # of one picture, as the largest telephones make them
MOVING_PIXELS = 2 * PIXELS  # of all frames together
FRAMES = 600
SCANS = 100  # of a JPEG; cameras and programs write one to a dozen
SCAN = b"\xff\xda"
BYTES = 210_000_000  # unpacked, with what a copy and a progressive JPEG's second table take
PREVIEW = (480, 360)  # pixels at the most
_NOTHING_ALONG: dict[str, Any] = {"exif": b"", "xmp": b"", "comment": b""}  # else Pillow copies what it found
Image.MAX_IMAGE_PIXELS = PIXELS  # above that Pillow says that somebody means harm


def anew(content: bytes, media_type: str) -> tuple[bytes, bytes]:
    """The picture encoded anew (no EXIF, no trailing bytes) and a small WebP of it. Pillow raises nearly everything on a broken one."""
    with _opened(content, media_type) as picture:
        kind = picture.format or ""
        again = io.BytesIO()
        if getattr(picture, "is_animated", False):
            first = ImageOps.exif_transpose(picture)
            picture.save(again, kind, save_all=True, **_NOTHING_ALONG)
        else:
            first = picture
            ImageOps.exif_transpose(first, in_place=True)
            quality = {"quality": 90} if kind == "JPEG" else {}
            first.save(again, kind, **_NOTHING_ALONG, **quality)
        first.thumbnail(PREVIEW)
        preview = io.BytesIO()
        first.convert("RGBA" if first.mode in {"RGBA", "LA", "P", "PA"} else "RGB").save(preview, "WEBP", quality=80)
    return again.getvalue(), preview.getvalue()


def logo(content: bytes, side: int) -> tuple[bytes, bytes]:
    """The picture as PNG, no side longer than `side` pixels; the second value is empty."""
    with _opened(content, "") as picture:
        picture.thumbnail((side, side))
        out = io.BytesIO()
        picture.convert("RGBA").save(out, "PNG", optimize=True)
    return out.getvalue(), b""


def _opened(content: bytes, media_type: str) -> Image.Image:
    """Opened and found affordable, not yet unpacked. ValueError for one that would cost too much."""
    if media_type in {"", "image/jpeg"} and content.count(SCAN) > SCANS:
        raise ValueError("a JPEG of too many scans")
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    frames = getattr(picture, "n_frames", 1) if getattr(picture, "is_animated", False) else 1
    pixels = picture.width * picture.height
    if frames > FRAMES or frames * pixels > (PIXELS if frames == 1 else MOVING_PIXELS):
        raise ValueError("a picture of too many pixels or frames")
    if pixels * _bytes_of_a_pixel(picture) > BYTES:
        raise ValueError("a picture that takes too much memory")
    return picture


def _bytes_of_a_pixel(picture: Image.Image) -> int:
    """At its peak: unpacked, once more where it is turned upright, and a progressive JPEG's coefficients beside it."""
    unpacked = {"1": 1, "L": 1, "P": 1, "LA": 4, "I;16": 2}.get(picture.mode, 4)
    turned = picture.format == "JPEG" and picture.getexif().get(0x0112, 1) != 1
    return unpacked * (2 if turned else 1) + (6 if picture.info.get("progressive") else 0)


JOBS: dict[str, Job] = {"anew": (anew, tuple[bytes, str]), "logo": (logo, tuple[bytes, int])}

if __name__ == "__main__":
    serve(JOBS)
