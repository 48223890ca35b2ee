"""The commands behind the Makefile: up, stop, reset, run-with-servers, with, packages."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from helpdesk.dev import packages
from helpdesk.dev.account import far_place
from helpdesk.dev.data_dir import ROOT, DataDir
from helpdesk.dev.errors import DevError, from_os, no_room
from helpdesk.dev.instance import Instance
from helpdesk.dev.ports import Ports, demand
from helpdesk.dev.postgres import ROOM_NEEDED, demand_database
from helpdesk.dev.supervisor import Stopped, Supervisor, catch_signals, ignore_signals
from helpdesk.dev.valkey import demand_broker

LOCAL = DataDir(Path(os.environ.get("LOCAL_DIR", ROOT / ".local")))
DOORS = {  # what a variable named for it gives another port than this; 0 is a free one
    "web": (8000, "the desk"),
    "smtp": (1025, "the players' mail server"),
    "postgres": (0, "PostgreSQL"),
    "valkey": (0, "Valkey"),
}


def main() -> int:
    options = _parser().parse_args()
    try:
        return int(options.do(options) or 0)
    except DevError as error:
        print(f"\n{error}\n", file=sys.stderr)
    except Stopped:
        return 130
    except OSError as error:
        print(f"\n{from_os(error)}\n", file=sys.stderr)
    return 1


def up(options: argparse.Namespace) -> None:
    """Run the whole desk until somebody ends it."""
    ports = Ports(**{door: _port(door) for door in DOORS})
    if LOCAL.holder():
        LOCAL.take()  # says who has it
    for door, (_usual, what) in DOORS.items():
        if number := getattr(ports, door):
            demand(number, f"{door.upper()}_PORT", what)
    _demand_room(LOCAL.folder)
    database_url, redis_url = _servers_of_others()
    Supervisor(Instance(LOCAL.folder, ports=ports, lasting=True, database_url=database_url, redis_url=redis_url)).run()


def stop(options: argparse.Namespace) -> None:
    """End a desk that runs elsewhere (another terminal, a lost one), or what a crash left of one."""
    if not (holder := LOCAL.holder()):
        if LOCAL.folder.exists():
            LOCAL.take()
            LOCAL.leave()
        print("Nothing is running.")
        return
    pid = int(holder.rpartition(" ")[2])
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + 60
    while LOCAL.holder():
        if time.monotonic() > until:
            raise DevError(f"Process {pid} does not end. Look at {LOCAL.logs}, or end it with: kill -9 {pid}")
        time.sleep(0.2)
    print("The desk has ended.")


def reset(options: argparse.Namespace) -> None:
    """Throw the demo's data away: database, mails, files, logs."""
    if os.environ.get("DATABASE_URL"):
        raise DevError(
            "DATABASE_URL is set: that database is yours, and this command throws away only its own. Unset it, or drop it yourself."
        )
    if not LOCAL.folder.exists():
        print("There is no demo data. `make demo` makes it.")
        return
    LOCAL.take()
    for path in (far_place(LOCAL.folder / "postgres"), *LOCAL.folder.iterdir()):
        if path.is_dir() and path.name not in {"test", "elasticsearch"}:
            shutil.rmtree(path)
        elif path.is_file() and path.name != "lock":
            path.unlink()
    LOCAL.leave()
    print("The demo's data is gone. `make demo` makes a fresh studio.")


def run_with_servers(options: argparse.Namespace) -> int:
    """Run a command with a PostgreSQL and a Valkey that live as long as it does; those named in the environment win."""
    database_url, redis_url = _servers_of_others()
    folder = LOCAL.folder / "test"
    passing = bool(DataDir(folder).holder())  # another run has it: take a folder for this one only
    if passing:
        folder = Path(tempfile.mkdtemp(prefix="helpdesk-test-"))
    _demand_room(folder)
    servers = Instance(folder, database_url=database_url, redis_url=redis_url)
    catch_signals()
    child: subprocess.Popen[bytes] | None = None
    try:
        servers.start_servers()
        given = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
        child = subprocess.Popen(_command(options), env={"HELPDESK_ENV": "test", **os.environ, **given})
        return child.wait()
    except FileNotFoundError as error:
        raise DevError(f"There is no command “{error.filename}”.") from None
    finally:
        ignore_signals()
        if child is not None and child.poll() is None:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(30)
            child.kill()
        servers.discard() if passing else servers.stop()


def within(options: argparse.Namespace) -> int:
    """Run a command in the environment of the running demo, such as `manage.py shell`."""
    known = {} if os.environ.get("DATABASE_URL") else LOCAL.read("environment.json")
    if not os.environ.get("DATABASE_URL") and not (known and LOCAL.holder()):
        raise DevError("No demo is running here. Start one with `make demo`, or set DATABASE_URL.")
    return subprocess.run(_command(options), env={**os.environ, **known}, check=False).returncode


def _port(door: str) -> int:
    variable = f"{door.upper()}_PORT"
    word = os.environ.get(variable, "").strip() or str(DOORS[door][0])
    if not word.isdecimal():
        raise DevError(f"{variable} is “{word}”, which is no port number.")
    return int(word)


def _command(options: argparse.Namespace) -> list[str]:
    command: list[str] = options.command[options.command[:1] == ["--"] :]
    if not command:
        raise DevError("Name the command: python -m helpdesk.dev run-with-servers -- pytest")
    return command


def _servers_of_others() -> tuple[str | None, str | None]:
    """What DATABASE_URL and REDIS_URL name, if they do; both must answer."""
    database_url, redis_url = os.environ.get("DATABASE_URL") or None, os.environ.get("REDIS_URL") or None
    if database_url:
        demand_database(database_url)
    if redis_url:
        demand_broker(redis_url)
    return database_url, redis_url


def _demand_room(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise DevError(f"This user may not write {folder}. Was it made by another user, such as root? Start as that user or remove it.")
    if shutil.disk_usage(folder).free < ROOM_NEEDED:
        raise no_room(folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m helpdesk.dev", description="The desk on one machine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, do, text in (
        ("up", up, "run everything until Ctrl-C"),
        ("stop", stop, "end a desk that runs elsewhere"),
        ("reset", reset, "throw the demo's data away"),
        ("packages", lambda options: packages.provide(), "install the Debian packages that the tests need"),
        ("run-with-servers", run_with_servers, "run a command with PostgreSQL and Valkey beside it"),
        ("with", within, "run a command in the environment of the running demo"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(do=do)
        if do in {run_with_servers, within}:
            command.add_argument("command", nargs=argparse.REMAINDER)
    return parser


if __name__ == "__main__":
    sys.exit(main())
