"""A posted form looked through from front to back, once, without making anything of what nobody asks for.

For doors where strangers post: the cost is that of finding the next mark in the bytes, whatever stands between the marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

MOST_FIELDS = 1_000
HEAD_BYTES = 8_000  # of one part
NAME_BYTES = 200
_BOUNDARY = re.compile(rb';[ \t]*boundary=(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_NAME = re.compile(rb';[ \t]*name="?([^";\r\n]{1,200})"?', re.IGNORECASE)
_FILE = re.compile(rb';[ \t]*filename\*?=(?:"([^"\r\n]{0,500})|([^;\r\n]{0,500}))', re.IGNORECASE)
_TYPE = re.compile(rb"^content-type:[ \t]*([\w.+/-]{3,100})", re.IGNORECASE | re.MULTILINE)
_PIECE = 1 << 16


class TooMuch(ValueError):
    """More fields than any form of a provider has, or a part's head without an end."""


@dataclass(frozen=True, slots=True)
class Field:
    """Where a field's value stands in the body. `packed`: it is %-encoded there."""

    name: str
    start: int
    end: int
    packed: bool = False
    file_name: str | None = None
    media_type: str = "application/octet-stream"

    @property
    def is_file(self) -> bool:
        return self.file_name is not None

    def value(self, body: bytes, most: int | None = None) -> bytes:
        """The value, or its beginning."""
        found = body[self.start : self.end if most is None else min(self.end, self.start + 3 * most)]
        return (unpacked(found) if self.packed else found)[:most]


def fields(body: bytes, content_type: str) -> Iterator[Field]:
    """The form's fields in their order; none of what is no form. Raises TooMuch."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _packed_fields(body)
    found = _BOUNDARY.search(content_type.encode("latin-1", "replace")) if kind == "multipart/form-data" else None
    return _parts(body, b"--" + (found[1] or found[2])) if found else iter(())


def _packed_fields(body: bytes) -> Iterator[Field]:
    start = number = 0
    while start < len(body):
        number += 1
        if number > MOST_FIELDS:
            raise TooMuch("too many fields")
        end = body.find(b"&", start)
        end = len(body) if end < 0 else end
        equals = body.find(b"=", start, min(end, start + NAME_BYTES))
        if equals >= 0:
            yield Field(unpacked(body[start:equals]).decode("utf-8", "replace"), equals + 1, end, packed=True)
        start = end + 1


def _parts(body: bytes, mark: bytes) -> Iterator[Field]:
    start = 0 if body.startswith(mark) else body.find(b"\n" + mark) + 1
    if not start and not body.startswith(mark):
        return
    for _number in range(MOST_FIELDS):
        after = start + len(mark)
        line_end = body.find(b"\n", after, after + NAME_BYTES)
        if body[after : after + 2] == b"--" or line_end < 0:
            return
        head_end = body.find(b"\r\n\r\n", line_end - 1, line_end + HEAD_BYTES)
        if head_end < 0:
            raise TooMuch("a part's head without an end")
        head = body[line_end:head_end]
        following = body.find(b"\r\n" + mark, head_end + 2)
        if name := _NAME.search(head):
            end = len(body) if following < 0 else max(following, head_end + 4)
            file, kind = _FILE.search(head), _TYPE.search(head)
            yield Field(
                name[1].decode("utf-8", "replace"),
                head_end + 4,
                end,
                file_name=(file[1] or file[2] or b"").decode("utf-8", "replace") if file else None,
                media_type=kind[1].decode("ascii", "replace") if kind else "application/octet-stream",
            )
        if following < 0:
            return
        start = following + 2
    raise TooMuch("too many fields")


def unpacked(value: bytes) -> bytes:
    """%-encoding undone, piece by piece: all at once it would take a hundred times its size."""
    if len(value) <= _PIECE:
        return unquote_to_bytes(value.replace(b"+", b" "))
    out = []
    start = 0
    while start < len(value):
        end = start + _PIECE
        cut = value.rfind(b"%", max(start, end - 2), end) if end < len(value) else -1
        end = cut if cut > start else end
        out.append(unquote_to_bytes(value[start:end].replace(b"+", b" ")))
        start = end
    return b"".join(out)
