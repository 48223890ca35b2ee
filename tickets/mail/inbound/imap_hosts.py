"""Where a mailbox's password of the environment may go: to the hosts that are named beside it, and nowhere else.

`MAILBOX_PASSWORD_EMBER` goes with `MAILBOX_HOST_EMBER`, which holds one or several hosts, each with its port if that is no usual one:
`imap.mail.example` or `imap.mail.example, 127.0.0.1:1143`. Who may edit mailboxes cannot have it sent to a server of their own.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from typing import Any

from django.conf import settings
from imap_tools import BaseMailBox

from helpdesk.base import outgoing

PASSWORD, HOST = "MAILBOX_PASSWORD_", "MAILBOX_HOST_"
USUAL_PORTS = frozenset({143, 993})
_NAMED = re.compile(r"^(?:\[(?P<six>[^\]]+)\]|(?P<name>[^:\s]+))(?::(?P<port>\d{1,5}))?$")


def host_setting(password_name: str) -> str:
    """The variable that stands beside a password's."""
    return HOST + password_name.removeprefix(PASSWORD)


def is_bound(password_name: str) -> bool:
    """The environment says where this password may go."""
    return bool(_named(password_name))


def may_go(password_name: str, host: str, port: int) -> bool:
    """Whether the environment lets this password go to that port of that host."""
    wanted = plainly(host)
    return any(wanted == name and port in ports for name, ports in _named(password_name))


def plainly(host: str) -> str:
    """A host's name as it is compared."""
    return host.strip().strip("[]").rstrip(".").lower()


def _named(password_name: str) -> list[tuple[str, frozenset[int]]]:
    words = settings.MAILBOX_HOSTS.get(host_setting(password_name), "").split(",")
    found = [match for word in words if (match := _NAMED.match(word.strip()))]
    return [(plainly(match["six"] or match["name"]), frozenset({int(match["port"])}) if match["port"] else USUAL_PORTS) for match in found]


class _Plain(imaplib.IMAP4):
    """To an address that was looked up once. `inside`: it may lie in the studio's own network."""

    def __init__(self, host: str, port: int, timeout: float, inside: bool) -> None:
        self._inside = inside
        super().__init__(host, port, timeout)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return outgoing.connect(self.host, self.port, timeout=timeout or 30, inside=self._inside)


class _Encrypted(_Plain):
    def __init__(self, host: str, port: int, timeout: float, inside: bool) -> None:
        self._context = ssl.create_default_context()  # imaplib alone would take any certificate
        super().__init__(host, port, timeout, inside)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._context.wrap_socket(super()._create_socket(timeout), server_hostname=self.host)


class Session(BaseMailBox):
    """A mailbox on a server, over the connection of its `security`: `tls`, `starttls` or `plain`.

    `inside`: the environment has named this host, so that it may lie in the studio's own network.
    """

    def __init__(self, host: str, port: int, *, security: str, timeout: float, inside: bool) -> None:
        self._where: tuple[Any, ...] = (host, port, timeout, inside)
        self._security = security
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        if self._security == "tls":
            return _Encrypted(*self._where)
        client = _Plain(*self._where)
        if self._security == "starttls":
            client.starttls(ssl.create_default_context())
        return client
