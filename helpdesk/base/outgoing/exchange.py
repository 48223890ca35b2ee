"""One HTTP request and its answer: no redirect is followed, and all of it together has a budget of seconds and bytes."""

from __future__ import annotations

import io
import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from helpdesk.base import clock
from helpdesk.base.batches import batched
from helpdesk.base.outgoing.network import Unreachable, connect

PORTS = {"https": 443, "http": 80}
PIECE = 65_536  # bytes
FRAME = 1_000_000  # bytes of headers and of what lies around the pieces of a body
OURS = {"host", "connection", "content-length", "transfer-encoding"}  # headers that no caller says
_METHOD, _TARGET, _HEADER = re.compile(r"[A-Z]{1,10}"), re.compile(r"/[!-~]*"), re.compile(r"[A-Za-z0-9-]{1,60}")
_VALUE = re.compile(r"[\t -~\xa0-\xff]*")


class Refused(ValueError):
    """This request may not leave. Nobody was asked for an address, and nobody called."""


class TooSlow(Unreachable):
    """The time was over."""

    outcome = "slow"


class TooLarge(Unreachable):
    """More came than was allowed."""

    outcome = "large"


class Garbled(Unreachable):
    """What came is no HTTP, or ended too early."""

    outcome = "garbled"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; `retry_after`: when it wants to be asked again, as it says itself."""

    status: int
    body: bytes
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where a URL leads. `target` is path with query, as it is sent."""

    scheme: str
    host: str
    port: int
    target: str

    @classmethod
    def of(cls, url: str) -> Address:
        """Refused for what is no address, and for one with a name and password in it."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError as error:
            raise Refused("this is no address") from error
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        if not host or parts.scheme not in PORTS or "@" in parts.netloc or not _TARGET.fullmatch(target):
            raise Refused("this is no address that can be called")
        return cls(parts.scheme, host, port or PORTS[parts.scheme], target)

    @property
    def place(self) -> str:
        """Host and port, as a service names those that it may call."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def demand_sayable(method: str, headers: Mapping[str, str]) -> None:
    """Refused where method or headers would break the request's frame, or speak for another host."""
    odd = [name for name, value in headers.items() if not _HEADER.fullmatch(name) or name.lower() in OURS or not _VALUE.fullmatch(value)]
    if odd or not _METHOD.fullmatch(method):
        raise Refused(f"this cannot be said: {', '.join(odd) or 'the method'}")


def exchange(
    method: str, address: Address, *, headers: Mapping[str, str], body: bytes | None, seconds: float, most: int, inside: bool
) -> Answer:
    """Ask and hear. The body has `most` bytes and all is over within `seconds`, else Unreachable (TooLarge, TooSlow)."""
    until = time.monotonic() + seconds
    line = connect(address.host, address.port, timeout=seconds, inside=inside)
    try:
        if address.scheme == "https":
            line.settimeout(_left(until))
            line = ssl.create_default_context().wrap_socket(line, server_hostname=address.host)
        asking: Any = HTTPConnection(address.host, address.port)
        asking.default_port, asking.sock = PORTS[address.scheme], _Line(line, until, 2 * most + FRAME)
        asking.request(method, address.target, body, {"User-Agent": "Helpdesk", **headers, "Connection": "close"})
        response = asking.getresponse()
        return Answer(response.status, _body(response, most), _retry_after(response.headers.get("Retry-After")))
    except Unreachable:
        raise
    except TimeoutError as error:
        raise TooSlow from error
    except OSError as error:
        raise Unreachable from error
    except (HTTPException, ValueError) as error:
        raise Garbled from error
    finally:
        line.close()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TooSlow
    return left


class _Line:
    """What `http.client` writes to and reads from. Whoever drips holds nobody: each wait ends with the time of the whole call."""

    def __init__(self, line: socket.socket, until: float, most: int) -> None:
        self._line, self._until, self._most = line, until, most

    def sendall(self, said: bytes) -> None:
        for piece in batched(said, PIECE):
            self._line.settimeout(_left(self._until))
            self._line.sendall(piece)

    def recv_into(self, buffer: Any) -> int:
        self._line.settimeout(_left(self._until))
        came = self._line.recv_into(buffer)
        self._most -= came
        if self._most < 0:
            raise TooLarge
        return came

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self))

    def close(self) -> None:
        """`http.client` closes it when the head is read; the body comes later."""


class _Reading(io.RawIOBase):
    def __init__(self, line: _Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._line.recv_into(buffer)


def _body(response: HTTPResponse, most: int) -> bytes:
    if (response.length or 0) > most:
        raise TooLarge
    body = response.read(most + 1)
    if len(body) > most:
        raise TooLarge
    if response.length:
        raise Garbled
    return body


def _retry_after(said: str | None) -> timedelta | None:
    """Seconds, or a day and an hour; None for what is neither."""
    word = (said or "").strip()
    if word.isascii() and word.isdecimal() and len(word) < 9:
        return timedelta(seconds=int(word))
    try:
        at = parsedate_to_datetime(word)
        return max((at if at.tzinfo else at.replace(tzinfo=UTC)) - clock.now(), timedelta())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
