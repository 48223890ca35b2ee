"""The mail inside an opaque S/MIME signature (RFC 8551: `smime-type=signed-data`): taken out of its envelope, the signature not checked.

A reader for just this path through the structure (RFC 5652), because the libraries at hand either verify or take apart all of it; both
kinds of length are read, since signing programs that stream write the open one.
"""

from __future__ import annotations

from typing import NamedTuple

TYPES = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")
_SEQUENCE, _OBJECT_ID, _INTEGER, _SET, _FIRST, _OCTETS, _PIECES = 0x30, 0x06, 0x02, 0x31, 0xA0, 0x04, 0x24
_PIECES_MOST = 200_000
_NESTED_MOST = 16


class _Value(NamedTuple):
    """[start, stop) of a value's content; `stop` is None where an end mark closes it."""

    tag: int
    start: int
    stop: int | None


def signed_content(data: bytes) -> bytes | None:
    """The signed mail part; None where the bytes are no such structure, or hold an encrypted or a detached one."""
    try:
        outer = _enter(data, 0, _SEQUENCE)
        position = _object_id(data, outer, _SIGNED_DATA)
        signed = _enter(data, _enter(data, position, _FIRST), _SEQUENCE)
        position = _after(data, _after(data, signed, 0), 0)  # version, digest algorithms
        position = _object_id(data, _enter(data, position, _SEQUENCE), _DATA)
        pieces: list[bytes] = []
        _octets(data, _enter(data, position, _FIRST), pieces, 0)
        return b"".join(pieces)
    except (ValueError, IndexError):
        return None


def _value(data: bytes, position: int) -> _Value:
    tag, length = data[position], data[position + 1]
    start = position + 2
    if length == 0x80:
        return _Value(tag, start, None)
    if length > 0x80:
        size = length & 0x7F
        if size > 4:
            raise ValueError("a length of more than four bytes")
        length = int.from_bytes(data[start : start + size])
        start += size
    if start + length > len(data):
        raise ValueError("cut")
    return _Value(tag, start, start + length)


def _enter(data: bytes, position: int, tag: int) -> int:
    found = _value(data, position)
    if found.tag != tag:
        raise ValueError("another structure")
    return found.start


def _object_id(data: bytes, position: int, wanted: bytes) -> int:
    """Where the value after this object identifier begins."""
    found = _value(data, position)
    if found.tag != _OBJECT_ID or data[found.start : found.stop] != wanted or found.stop is None:
        raise ValueError("another content")
    return found.stop


def _after(data: bytes, position: int, depth: int) -> int:
    found = _value(data, position)
    if found.stop is not None:
        return found.stop
    if depth > _NESTED_MOST:
        raise ValueError("too deep")
    position = found.start
    while data[position : position + 2] != b"\x00\x00":
        position = _after(data, position, depth + 1)
    return position + 2


def _octets(data: bytes, position: int, pieces: list[bytes], depth: int) -> int:
    """Collects a string of bytes, whole or in pieces; returns where it ends."""
    found = _value(data, position)
    if found.tag == _OCTETS and found.stop is not None:
        pieces.append(data[found.start : found.stop])
        return found.stop
    if found.tag != _PIECES or depth > _NESTED_MOST:
        raise ValueError("no string of bytes")
    position = found.start
    while len(pieces) < _PIECES_MOST:
        if found.stop is not None and position >= found.stop:
            return position
        if found.stop is None and data[position : position + 2] == b"\x00\x00":
            return position + 2
        position = _octets(data, position, pieces, depth + 1)
    raise ValueError("too many pieces")
