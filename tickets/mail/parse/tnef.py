"""`winmail.dat`: what Outlook packs a mail into (MS-OXTNEF), read for its body and its files.

The one library for it has been asleep for years and copies without bounds; the format is a list of lengths and values, so it is read here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from tickets.mail.parse.charsets import decode
from tickets.mail.parse.rtf import rtf_text, unpacked

SIGNATURE = b"\x78\x9f\x3e\x22"
_MOST = 10_000  # attributes or properties
_BODY, _PROPERTIES, _CODE_PAGE = 0x800C, 0x9003, 0x9007
_NEW_FILE, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_PLAIN, _HTML, _RTF, _LONG_NAME, _SHORT_NAME, _MIME_TYPE, _CONTENT_ID, _OBJECT = (
    0x1000, 0x1013, 0x1009, 0x3707, 0x3704, 0x370E, 0x3712, 0x3701,
)  # fmt: skip
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_VARIABLE = {0x0D, 0x1E, 0x1F, 0x102}


@dataclass(slots=True)
class TnefFile:
    """A file of a `winmail.dat`. `declared` is the type that the sender names, not looked at yet."""

    name: str = ""
    content: bytes = b""
    declared: str = "application/octet-stream"
    content_id: str | None = None


@dataclass(slots=True)
class Tnef:
    """`plain` and `html` are the body's forms, "" where there is none; `whole` is false where the bytes ended too early."""

    plain: str = ""
    html: str = ""
    files: list[TnefFile] = field(default_factory=list)
    whole: bool = True


def read_tnef(data: bytes) -> Tnef | None:
    """What is in it, as far as it can be read; None where the bytes are none."""
    if not data.startswith(SIGNATURE):
        return None
    found = Tnef()
    label = "cp1252"
    for kind, value in _attributes(data, found):
        if kind == _CODE_PAGE and len(value) >= 4:
            label = f"cp{int.from_bytes(value[:4], 'little')}"
        elif kind == _BODY:
            found.plain = found.plain or decode(value.rstrip(b"\x00"), label)
        elif kind == _PROPERTIES:
            _body(found, value, label)
        elif kind == _NEW_FILE:
            found.files.append(TnefFile())
        elif found.files:
            _file(found.files[-1], kind, value, label)
    found.files = [file for file in found.files if file.content or file.name]
    return found


def _attributes(data: bytes, found: Tnef) -> Iterator[tuple[int, bytes]]:
    position = 6
    for _ in range(_MOST):
        if position + 9 > len(data):
            return
        _level, kind, _type, size = struct.unpack_from("<BHHI", data, position)
        start = position + 9
        if start + size > len(data):
            found.whole = False
            yield kind, data[start:]
            return
        yield kind, data[start : start + size]
        position = start + size + 2
    found.whole = False


def _body(found: Tnef, value: bytes, label: str) -> None:
    for kind, name, data in _properties(value):
        if name == _PLAIN:
            found.plain = _string(kind, data, label) or found.plain
        elif name == _HTML:
            found.html = _string(kind, data, label)
        elif name == _RTF and not found.plain:
            found.plain = rtf_text(unpacked(data))


def _file(file: TnefFile, kind: int, value: bytes, label: str) -> None:
    if kind == _FILE_TITLE:
        file.name = file.name or decode(value.rstrip(b"\x00"), label)
    elif kind == _FILE_DATA:
        file.content = value
    elif kind == _FILE_PROPERTIES:
        for type_, name, data in _properties(value):
            if name == _LONG_NAME or name == _SHORT_NAME and not file.name:
                file.name = _string(type_, data, label) or file.name
            elif name == _MIME_TYPE:
                file.declared = _string(type_, data, label).lower() or file.declared
            elif name == _CONTENT_ID:
                file.content_id = _string(type_, data, label) or None
            elif name == _OBJECT and not file.content:
                file.content = data[16:] if type_ == 0x0D else data  # an object begins with the id of its interface


def _string(kind: int, data: bytes, label: str) -> str:
    return decode(data, "utf-16-le").rstrip("\x00") if kind == 0x1F else decode(data.rstrip(b"\x00"), label)


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(type, id, value) of each single-valued property; of the others the first value."""
    try:
        (count,) = struct.unpack_from("<I", data)
        position = 4
        for _ in range(min(count, _MOST)):
            kind, name = struct.unpack_from("<HH", data, position)
            position += 4
            if name >= 0x8000:
                position = _after_name(data, position)
            several, kind = bool(kind & 0x1000), kind & 0xEFFF
            position, value = _values(data, position, kind, several=several)
            yield kind, name, value
    except struct.error:
        return


def _after_name(data: bytes, position: int) -> int:
    (kind,) = struct.unpack_from("<I", data, position + 16)
    if kind == 0:
        return position + 24
    size = int(struct.unpack_from("<I", data, position + 20)[0])
    return position + 24 + size + -size % 4


def _values(data: bytes, position: int, kind: int, *, several: bool) -> tuple[int, bytes]:
    count = 1
    if several or kind in _VARIABLE:
        (count,) = struct.unpack_from("<I", data, position)
        position += 4
    first = b""
    for index in range(min(count, _MOST)):
        if kind in _VARIABLE:
            (size,) = struct.unpack_from("<I", data, position)
            position += 4
        elif (size := _FIXED.get(kind, -1)) < 0:
            raise struct.error("an unknown type of property")
        if position + size > len(data):
            raise struct.error("cut")
        if index == 0:
            first = data[position : position + size]
        position += size + -size % 4
    return position, first
