"""A server of somebody else's on this machine that answers what a test tells it to, whether or not that is HTTP."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

from helpdesk.base.outgoing import Service

OK = b"HTTP/1.1 200 OK\r\n\r\nx"


@dataclass
class Stranger:
    """`answer(path)` yields the pieces of an answer; `heard` are the requests as they came."""

    port: int = 0
    answer: Callable[[str], Iterable[bytes]] = lambda _path: [OK]
    heard: list[bytes] = field(default_factory=list)
    over: Event = field(default_factory=Event)
    tls: ssl.SSLContext | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def service(self, **budget: float) -> Service:
        return Service("stranger", "Stranger", frozenset({f"127.0.0.1:{self.port}"}), inside=True, **budget)

    def drip(self, piece: bytes) -> Iterator[bytes]:
        """The piece again and again, each after a little while."""
        while not self.over.wait(0.02):
            yield piece

    def serve(self, came: socket.socket) -> None:
        with suppress(OSError), came if self.tls is None else self.tls.wrap_socket(came, server_side=True) as line:
            heard = b""
            while b"\r\n\r\n" not in heard:
                heard += line.recv(65_536)
            head, _, body = heard.partition(b"\r\n\r\n")
            length = re.search(rb"Content-Length: (\d+)", head)
            while length and len(body) < int(length[1]):
                body += line.recv(65_536)
            self.heard.append(head + b"\r\n\r\n" + body)
            for piece in self.answer(head.split(b" ")[1].decode()):
                line.sendall(piece)


@contextmanager
def stranger() -> Iterator[Stranger]:
    """Runs with the block."""
    told = Stranger()
    with socket.create_server(("127.0.0.1", 0)) as server:
        told.port = server.getsockname()[1]

        def listen() -> None:
            with suppress(OSError):
                while True:
                    Thread(target=told.serve, args=(server.accept()[0],), daemon=True).start()

        Thread(target=listen, daemon=True).start()
        yield told
        told.over.set()
        server.shutdown(socket.SHUT_RDWR)


def said(status: str, *headers: str) -> bytes:
    """A whole answer without a body."""
    return "\r\n".join((f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "", "")).encode()
