"""Pictures made to hurt are left alone; the process that looked at them lives or is replaced, and the next one is drawn."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from helpdesk.base import pictures
from helpdesk.base.pictures import Patience, drawing, drawn


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), **more: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, kind, **more)
    return out.getvalue()


def scans(times: int) -> bytes:
    """A progressive JPEG whose last scan is told again and again."""
    whole = picture("JPEG", (640, 480), progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * times + whole[-2:]


def moving(count: int, size: tuple[int, int]) -> bytes:
    frames = [Image.new("RGB", size, (shade % 250, 0, shade // 250)) for shade in range(count)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def png_of(width: int, height: int, mode: int = 2) -> bytes:
    """A PNG of nothing but its size: lines of zeros."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    line = bytes(1 + width * (3 if mode == 2 else 1))
    packed = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, mode, 0, 0, 0))
        + chunk(b"IDAT", packed)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_is_drawn_with_a_small_one_of_it(kind: str) -> None:
    patience = Patience()

    found = drawn(picture(kind, (600, 450)), f"image/{kind.lower()}", patience)

    assert Image.open(io.BytesIO(found.content)).size == (600, 450)
    assert Image.open(io.BytesIO(found.preview)).format == "WEBP"
    assert 0 < patience.seconds < pictures.SECONDS


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (scans(4_000), "image/jpeg"),
        (scans(drawing.SCANS), "image/jpeg"),
        (png_of(9_000, 9_000, 0), "image/png"),
        (png_of(40_000, 40_000, 0)[:200], "image/png"),
        (moving(drawing.FRAMES + 50, (2, 2)), "image/gif"),
        (picture("PNG")[:60], "image/png"),
        (b"GIF89a" + b"\xff" * 50_000, "image/gif"),
        (picture("JPEG"), "image/webp"),
    ],
    ids=["scans", "scans-just", "pixels", "header-only", "frames", "cut", "garbage", "other-type"],
)
def test_what_would_cost_too_much_stays_as_it_came(content: bytes, kind: str) -> None:
    found = drawn(content, kind, Patience())

    if kind == "image/webp":  # what it says it is does not matter: it is drawn as what it is
        assert found.preview
        return
    assert (found.content, found.preview) == (content, b"")


def test_limits_of_pixels_and_memory_are_told_before_anything_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    rotated = Image.Exif()
    rotated[0x0112] = 6
    monkeypatch.setattr(drawing, "BYTES", 64 * 48 * 5)

    drawing.anew(picture("JPEG"), "image/jpeg")
    with pytest.raises(ValueError, match="memory"):
        drawing.anew(picture("JPEG", exif=rotated), "image/jpeg")
    with pytest.raises(ValueError, match="memory"):
        drawing.anew(picture("JPEG", progressive=True), "image/jpeg")
    monkeypatch.setattr(drawing, "MOVING_PIXELS", 400)
    with pytest.raises(ValueError, match="pixels"):
        drawing.anew(moving(7, (10, 10)), "image/gif")


def test_after_one_that_breaks_its_process_the_next_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    large = picture("PNG", (3_000, 2_000))

    assert drawn(large, "image/png", Patience(0.02)).preview == b""
    assert drawn(picture(), "image/png", Patience()).preview


def test_without_patience_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_studio", None)

    assert drawn(b"anything", "image/png", Patience(0)).preview == b""


def test_a_logo_is_a_png_within_its_side() -> None:
    found = pictures.logo(picture("JPEG", (900, 300)), 300)

    assert found
    assert (Image.open(io.BytesIO(found)).format, Image.open(io.BytesIO(found)).size) == ("PNG", (300, 100))
    assert pictures.logo(scans(4_000), 300) is None
