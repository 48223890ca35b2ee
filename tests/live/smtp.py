"""A mail server that stalls where a test wants it: the far end on which a worker hangs when it is killed.

`stalling` is one of
  ""          takes every mail at once
  "greeting"  takes the connection and says nothing: nothing has been handed over
  "data"      reads a part of the mail and then nothing any more: it has not got it
  "answer"    gets the whole mail and does not say so: it has it, and the sender cannot know
"""

from __future__ import annotations

import socket
import socketserver
import threading
from email import message_from_bytes
from email.message import Message


class Mailbox:
    """What arrived, and who hangs. Safe to read while mails come."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._stalling = ""
        self._mails: list[Message] = []
        self._hanging = 0
        self._server = _Server(("127.0.0.1", 0), _Talk)
        self._server.box = self
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    @property
    def stalling(self) -> str:
        return self._stalling

    @stalling.setter
    def stalling(self, where: str) -> None:
        with self._lock:
            self._stalling = where
            self._lock.notify_all()

    @property
    def hanging(self) -> int:
        """How many senders hang at this moment."""
        return self._hanging

    def ids(self) -> list[str]:
        """The Message-IDs of all that arrived, in order, doubles too."""
        with self._lock:
            return [str(mail["Message-ID"]) for mail in self._mails]

    def close(self) -> None:
        self.stalling = ""
        self._server.shutdown()
        self._server.server_close()

    def keep(self, raw: bytes) -> None:
        with self._lock:
            self._mails.append(message_from_bytes(raw))

    def stall(self, where: str, link: socket.socket) -> bool:
        """Hang here while the test wants it; whether the other side is gone or was let go, so that this talk is over."""
        with self._lock:
            if self._stalling != where:
                return False
            self._hanging += 1
            while self._stalling == where and not _gone(link):
                self._lock.wait(0.05)
            self._hanging -= 1
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    box: Mailbox


class _Talk(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        box = self.server.box
        if box.stall("greeting", self.connection):
            return
        self._say("220 a mailbox of the tests")
        while line := self.rfile.readline():
            match line[:4].upper().strip():
                case b"EHLO" | b"HELO":
                    self._say("250 HELP" if line[:1] in b"Hh" else "250-mailbox\r\n250 SMTPUTF8")
                case b"DATA":
                    self._say("354 go on")
                    if not self._take(box):
                        return
                case b"QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 OK")

    def _take(self, box: Mailbox) -> bool:
        """Read one mail; False when the talk is over."""
        raw = b""
        while (line := self.rfile.readline()) != b".\r\n":
            if not line or box.stall("data", self.connection):
                return False
            raw += line[1:] if line.startswith(b"..") else line
        box.keep(raw)
        if box.stall("answer", self.connection):
            return False
        self._say("250 OK")
        return True

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


def _gone(link: socket.socket) -> bool:
    """Whether the other side has closed. What it sent and nobody read yet is no farewell."""
    try:
        link.setblocking(False)
        return link.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        link.setblocking(True)
