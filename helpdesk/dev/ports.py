"""Ports: which we want, whether they are free, and who holds one that is not."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass, fields

import psutil  # type: ignore[import-untyped,unused-ignore]

from helpdesk.dev.errors import DevError

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """One port per door; 0 asks for a free one."""

    web: int = 0
    smtp: int = 0
    postgres: int = 0
    valkey: int = 0
    elasticsearch: int = 0

    def chosen(self) -> Ports:
        """The same with every 0 replaced by a port that is free now."""
        return Ports(**{each.name: getattr(self, each.name) or _free_port() for each in fields(self)})


def answers(port: int) -> bool:
    """Whether something listens there."""
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def demand(port: int, variable: str, what: str) -> None:
    """Refuse with a sentence when `port` is not ours to take."""
    if not 0 < port < 65536:
        raise DevError(f"{variable}={port} is no port. Choose one between 1024 and 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise DevError(
                f"Port {port} for {what} is taken{_holder(port)}. Stop that, or choose another: make demo {variable}={port + 10}"
            ) from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _holder(port: int) -> str:
    with contextlib.suppress(psutil.Error, OSError):
        for link in psutil.net_connections(kind="tcp"):
            if link.status == psutil.CONN_LISTEN and link.laddr.port == port and link.pid:
                return f" by “{psutil.Process(link.pid).name()}” (process {link.pid})"
    return ""
