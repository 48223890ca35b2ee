"""TXT records, asked of the resolvers that this machine asks. A few dozen lines instead of a library: one kind of question, read with care.

An answer is a stranger's bytes: its length, its names and its strings are checked, and it must repeat our question.
"""

from __future__ import annotations

import secrets
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

TXT, IN = 16, 1
NO_SUCH_NAME = 3
TRUNCATED, ANSWER = 0x0200, 0x8000
LARGEST = 1_232  # bytes of an answer that crosses every network whole; a longer one is asked for again by TCP
MOST_TEXTS, LONGEST_TEXT = 30, 4_000
EACH = 2.0  # seconds for one resolver
RESOLVERS = Path("/etc/resolv.conf")
PORT = 53


class NoAnswer(OSError):
    """No resolver told anything of use in time. The text says what the last one did."""


def texts(name: str, *, until: float, servers: Sequence[tuple[str, int]] = ()) -> list[str]:
    """The TXT records of a name, none where there is no such name. `until`: by `time.monotonic()`. Raises NoAnswer."""
    try:
        asked = _question(name)
    except UnicodeError as error:
        raise NoAnswer(f"“{name}” is no name") from error
    trouble: Exception = NoAnswer("no resolver is named on this machine")
    for server in servers or _resolvers():
        try:
            return _read(_asked(asked, server, until), asked)
        except (OSError, ValueError, IndexError, struct.error) as error:
            trouble = error
    raise NoAnswer(str(trouble) or type(trouble).__name__) from trouble


def _resolvers() -> list[tuple[str, int]]:
    try:
        lines = RESOLVERS.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return []
    return [(words[1], PORT) for line in lines if len(words := line.split()) > 1 and words[0] == "nameserver"][:3]


def _question(name: str) -> bytes:
    """The question as it stands in query and answer. UnicodeError for what is no name."""
    labels = name.rstrip(".").encode("idna").split(b".")
    if not all(0 < len(label) < 64 for label in labels) or sum(map(len, labels)) + len(labels) > 254:
        raise UnicodeError(name)
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0" + struct.pack("!HH", TXT, IN)


def _asked(question: bytes, server: tuple[str, int], until: float) -> bytes:
    """One server's whole answer: by UDP, and by TCP where that is cut off."""
    ours = secrets.token_bytes(2)
    edns = b"\0" + struct.pack("!HHIH", 41, LARGEST, 0, 0)
    query = ours + struct.pack("!5H", 0x0100, 1, 0, 0, 1) + question + edns
    with socket.socket(_family(server), socket.SOCK_DGRAM) as line:
        line.settimeout(_left(until))
        line.connect(server)
        line.send(query)
        answer = line.recv(LARGEST + 1_000)
    if answer[:2] != ours:
        raise ValueError("an answer to another question")
    if not struct.unpack("!H", answer[2:4])[0] & TRUNCATED:
        return answer
    with socket.create_connection(server, _left(until)) as line:
        line.sendall(struct.pack("!H", len(query)) + query)
        return _exactly(line, struct.unpack("!H", _exactly(line, 2, until))[0], until)


def _exactly(line: socket.socket, size: int, until: float) -> bytes:
    read = b""
    while len(read) < size:
        line.settimeout(_left(until))
        piece = line.recv(size - len(read))
        if not piece:
            raise NoAnswer("the answer was cut off")
        read += piece
    return read


def _family(server: tuple[str, int]) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in server[0] else socket.AF_INET


def _left(until: float) -> float:
    left = min(EACH, until - time.monotonic())
    if left <= 0:
        raise NoAnswer("there was no time left")
    return left


def _read(answer: bytes, question: bytes) -> list[str]:
    flags, _questions, answers = struct.unpack("!HHH", answer[2:8])
    start = 12 + len(question)
    if not flags & ANSWER or answer[12:start].lower() != question.lower():
        raise ValueError("an answer to another question")
    code = flags & 15
    if code == NO_SUCH_NAME:
        return []
    if code:
        raise NoAnswer(f"the resolver refused (code {code})")
    return list(_texts(answer, start, min(answers, MOST_TEXTS)))


def _texts(answer: bytes, place: int, count: int) -> Iterator[str]:
    for _record in range(count):
        place = _after_name(answer, place)
        kind, net, _ttl, size = struct.unpack("!HHIH", answer[place : place + 10])
        data = answer[place + 10 : place + 10 + size]
        if len(data) != size:
            raise ValueError("a record that ends too early")
        place += 10 + size
        if (kind, net) == (TXT, IN):
            yield b"".join(_strings(data)).decode("utf-8", "replace")[:LONGEST_TEXT]


def _after_name(answer: bytes, place: int) -> int:
    """Where a name ends; one that points elsewhere ends with its pointer, and nobody follows it."""
    while (length := answer[place]) and length < 0xC0:
        place += 1 + length
    return place + (2 if length else 1)


def _strings(data: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(data):
        end = place + 1 + data[place]
        yield data[place + 1 : end]
        place = end
