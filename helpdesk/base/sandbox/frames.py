"""What goes over the line between a process and its child: JSON for the values, their bytes behind it. Nothing in it is ever executed."""

from __future__ import annotations

import json
import socket
import struct
import time
import types
import typing
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

MOST_JSON = 16_000_000  # bytes
MOST_PIECES = 10_000
_HEAD = struct.Struct("!I")


class Garbled(Exception):
    """What came over the line is not of the shape that was asked for."""


class FrameConnection:
    """One end of a pair of sockets. `until` is the moment (`time.monotonic`) after which TimeoutError is raised; None waits for ever."""

    def __init__(self, link: socket.socket, *, until: float | None = None) -> None:
        self._link = link
        self.until = until

    def send(self, value: Any) -> None:
        """A value made of dataclasses, tuples, lists, dicts, texts, numbers, moments and bytes."""
        pieces: list[bytes] = []
        plain = flat(value, pieces)
        told = json.dumps([plain, [len(piece) for piece in pieces]], ensure_ascii=False, separators=(",", ":"))
        packed = told.encode("utf-8", "surrogatepass")
        self._wait()
        self._link.sendall(_HEAD.pack(len(packed)) + packed)
        for piece in pieces:
            self._wait()
            self._link.sendall(piece)

    def receive(self, *, most: int) -> tuple[Any, list[bytes]]:
        """A plain value and the pieces of bytes it names, together `most` bytes. EOFError when the other end is gone."""
        (size,) = _HEAD.unpack(self._exactly(_HEAD.size))
        if size > MOST_JSON:
            raise Garbled(f"{size} bytes of JSON")
        try:
            plain, sizes = json.loads(self._exactly(size).decode("utf-8", "surrogatepass"))
            fits = len(sizes) <= MOST_PIECES and all(type(each) is int and each >= 0 for each in sizes) and sum(sizes) <= most
        except (ValueError, TypeError, RecursionError) as error:
            raise Garbled(str(error)[:200]) from error
        if not fits:
            raise Garbled("more pieces or bytes than may come")
        return plain, [self._exactly(each) for each in sizes]

    def _exactly(self, size: int) -> bytes:
        found: list[bytes] = []
        missing = size
        while missing:
            self._wait()
            piece = self._link.recv(missing, 0 if self.until else socket.MSG_WAITALL)  # in one piece, not twice in memory
            if not piece:
                raise EOFError
            found.append(piece)
            missing -= len(piece)
        return found[0] if len(found) == 1 else b"".join(found)

    def _wait(self) -> None:
        if self.until is not None:
            left = self.until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._link.settimeout(left)


def flat(value: Any, pieces: list[bytes]) -> Any:
    """The value as JSON takes it; bytes become the number of their piece."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, bytes):
        pieces.append(value)
        return len(pieces) - 1
    if isinstance(value, dict):
        return {name: flat(each, pieces) for name, each in value.items()}
    if isinstance(value, datetime):
        return value.isoformat()
    parts = [getattr(value, name) for name, _ in _shape(value.__class__)] if is_dataclass(value) else value
    return [flat(each, pieces) for each in parts]


def rebuilt(kind: Any, plain: Any, pieces: Sequence[bytes]) -> Any:
    """The value of that type, or Garbled. Only what the type names is ever made."""
    try:
        return _rebuilt(kind, plain, pieces)
    except (ValueError, TypeError, IndexError, KeyError, RecursionError) as error:
        raise Garbled(f"no {kind}: {str(error)[:200]}") from error


def _rebuilt(kind: Any, plain: Any, pieces: Sequence[bytes]) -> Any:
    if kind in {str, int, bool, float, type(None)}:
        if type(plain) is kind or (kind is float and type(plain) is int):
            return plain
        raise ValueError(f"{type(plain).__name__} instead of {kind.__name__}")
    if kind is bytes:
        if type(plain) is not int or plain < 0:
            raise ValueError("no piece")
        return pieces[plain]
    if kind is datetime:
        return datetime.fromisoformat(plain)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind, plain, pieces)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(plain)
    return _several(kind, plain, pieces)


def _dataclass(kind: Any, plain: Any, pieces: Sequence[bytes]) -> Any:
    shape = _shape(kind)
    if type(plain) is not list or len(plain) != len(shape):
        raise ValueError(f"no {kind.__name__}")
    return kind(**{name: _rebuilt(hint, each, pieces) for (name, hint), each in zip(shape, plain, strict=True)})


def _several(kind: Any, plain: Any, pieces: Sequence[bytes]) -> Any:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in {typing.Union, types.UnionType}:
        if plain is None and type(None) in inner:
            return None
        (one,) = (each for each in inner if each is not type(None))
        return _rebuilt(one, plain, pieces)
    if origin is dict and type(plain) is dict:
        return {name: _rebuilt(inner[1], each, pieces) for name, each in plain.items()}
    if type(plain) is not list or origin not in {tuple, list, frozenset}:
        raise ValueError(f"{type(plain).__name__} instead of {kind}")
    if origin is tuple and inner[-1:] != (...,):
        return tuple(_rebuilt(each, one, pieces) for each, one in zip(inner, plain, strict=True))
    return origin(_rebuilt(inner[0], each, pieces) for each in plain)


@lru_cache(maxsize=64)
def _shape(kind: Any) -> tuple[tuple[str, Any], ...]:
    hints = typing.get_type_hints(kind)
    return tuple((each.name, hints[each.name]) for each in fields(kind) if each.init)
