"""Mails made to hurt by their files and pictures."""

from __future__ import annotations

import base64
import io
import random
import struct
import zlib
from functools import cache

from PIL import Image

from tests.factories.hostile.making import MEGA, file, kind, mail, many, mixed, part


def png(width: int, height: int, *, colour: int = 2, lines: int | None = None) -> bytes:
    """A PNG of nothing but zeros: a few kilobytes that unpack to all these pixels."""
    packer = zlib.compressobj(9)
    line = bytes(1 + width * {0: 1, 2: 3, 6: 4}[colour])
    packed = b"".join(packer.compress(line) for _line in range(height if lines is None else lines)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))
        for name, data in ((b"IHDR", struct.pack("!IIBBBBB", width, height, 8, colour, 0, 0, 0)), (b"IDAT", packed), (b"IEND", b""))
    )


@cache
def noise(form: str, side: int) -> bytes:
    out = io.BytesIO()
    picture = Image.effect_noise((side, side), 80).convert("RGB")
    picture.save(out, form, **({"progressive": True} if form == "JPEG" else {}))
    return out.getvalue()


@kind
def picture_of_scans(scale: float) -> bytes:
    whole = noise("JPEG", 400)
    last = whole.rindex(b"\xff\xda")
    return mixed(part("see"), file(whole[:last] + whole[last:-2] * many(scale, 300) + whole[-2:], "image/jpeg", "a.jpg"))


@kind
def picture_of_few_scans(scale: float) -> bytes:
    """Fewer scans than are counted, over as many pixels as are taken."""
    whole = noise("JPEG", 1_200)
    last = whole.rindex(b"\xff\xda")
    return mixed(part("see"), file(whole[:last] + whole[last:-2] * many(scale, 88) + whole[-2:], "image/jpeg", "a.jpg"))


@kind
def picture_of_zeros(scale: float) -> bytes:
    side = many(scale**0.5, 7_000)
    return mixed(part("see"), file(png(side, side), "image/png", "a.png"))


@kind
def picture_beyond_all(scale: float) -> bytes:
    return mixed(part("see"), file(png(many(scale, 60_000), 60_000, lines=2), "image/png", "a.png"))


@kind
def pictures_by_the_dozen(scale: float) -> bytes:
    side = many(scale**0.5, 3_000)
    return mixed(part("see"), *[file(png(side, side + number), "image/png", f"{number}.png") for number in range(40)])


@kind
def picture_without_its_name(scale: float) -> bytes:
    side = many(scale**0.5, 4_000)
    return mixed(part("see"), part(png(side, side, colour=6), "application/octet-stream", content_transfer_encoding="binary"))


@kind
def picture_of_frames(scale: float) -> bytes:
    first, *others = [Image.new("P", (400, 400), shade % 250) for shade in range(many(scale, 590))]
    out = io.BytesIO()
    first.save(out, "GIF", save_all=True, append_images=others)
    return mixed(part("see"), file(out.getvalue(), "image/gif", "a.gif"))


@kind
def picture_of_noise(scale: float) -> bytes:
    return mixed(part("see"), file(noise("PNG", many(scale**0.5, 2_600)), "image/png", "a.png"))


@kind
def picture_to_encode_slowly(scale: float) -> bytes:
    return mixed(part("see"), file(noise("WEBP", many(scale**0.5, 2_400)), "image/webp", "a.webp"))


@kind
def picture_with_a_packed_profile(scale: float) -> bytes:
    whole = png(20, 20)
    profile = b"icc\0\0" + zlib.compress(bytes(many(scale, 100 * MEGA)), 9)
    chunk = struct.pack("!I", len(profile)) + b"iCCP" + profile + struct.pack("!I", zlib.crc32(b"iCCP" + profile))
    return mixed(part("see"), file(whole[:33] + chunk + whole[33:], "image/png", "a.png"))


@kind
def zip_bomb(scale: float) -> bytes:
    """Nobody unpacks archives here; it is one file, and stays one."""
    return mixed(part("see"), file(b"PK\x03\x04" + zlib.compress(bytes(many(scale, 200 * MEGA)), 9), "application/zip", "a.zip"))


@kind
def tnef(scale: float) -> bytes:
    return mixed(
        part("see"),
        file(
            b"\x78\x9f\x3e\x22" + struct.pack("<H", 1) + b"\x02\x05\x90\x06\x00" + b"\xff" * many(scale, 9 * MEGA),
            "application/ms-tnef",
            "winmail.dat",
        ),
    )


@kind
def smime(scale: float) -> bytes:
    return mail(
        base64.encodebytes(b"\x30\x80" * many(scale, 9 * MEGA)),
        "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        content_transfer_encoding="base64",
    )


@kind
def files_by_the_hundred(scale: float) -> bytes:
    return mixed(*[file(b"%d" % number * many(scale, 20_000), name=f"{number}.bin") for number in range(390)])


@kind
def names_of_files(scale: float) -> bytes:
    return mixed(*[file(b"x", name="a/\u202e" * many(scale, 5_000) + f"{number}") for number in range(150)])


@kind
def nothing_at_all(scale: float) -> bytes:
    return b""


@kind
def noise_alone(scale: float) -> bytes:
    return random.Random(3).randbytes(many(scale, 20 * MEGA))
