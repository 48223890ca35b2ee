"""The commands behind the Makefile, `python -m helpdesk.dev …`

up                             run everything until Ctrl-C
stop                           end a desk that runs elsewhere
reset                          throw the demo's data away
packages                       install the Debian packages that the tests need
run-with-servers -- COMMAND    run a command with PostgreSQL and Valkey beside it
search-server                  run an Elasticsearch until our input ends
within -- COMMAND              run a command in the environment of the running demo
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpdesk.dev.account import far_place
from helpdesk.dev.data_dir import LOCAL_DIR, DataDir
from helpdesk.dev.elasticsearch import demand_search
from helpdesk.dev.errors import DevError, from_os
from helpdesk.dev.instance import Instance
from helpdesk.dev.packages import packages
from helpdesk.dev.ports import Ports, demand
from helpdesk.dev.postgres import demand_database
from helpdesk.dev.supervisor import Stopped, Supervisor, stop_on_signals
from helpdesk.dev.valkey import demand_broker

LOCAL = DataDir(LOCAL_DIR)
DOORS = {  # what a variable named for it gives another port than this; 0 is a free one
    "web": (8000, "the desk"),
    "smtp": (1025, "the players' mail server"),
    "postgres": (0, "PostgreSQL"),
    "valkey": (0, "Valkey"),
    "elasticsearch": (0, "Elasticsearch"),
}
ENGINES = ("postgres", "elasticsearch")


def main(name: str = "", *words: str) -> int:
    commands: list[Callable[..., int | None]] = [up, stop, reset, packages, run_with_servers, search_server, within]
    try:
        for command in commands:
            if command.__name__ == name.replace("-", "_"):
                return command(*words) or 0
        raise DevError(__doc__)
    except DevError as error:
        print(f"\n{error}\n", file=sys.stderr)
    except Stopped:
        return 130
    except OSError as error:
        print(f"\n{from_os(error)}\n", file=sys.stderr)
    return 1


def up() -> None:
    """Run the whole desk until somebody ends it."""
    ports = Ports(**{door: _port(door) for door in DOORS})
    if LOCAL.holder():
        LOCAL.take()  # says who has it
    for door, (_usual, what) in DOORS.items():
        if number := getattr(ports, door):
            demand(number, f"{door.upper()}_PORT", what)
    Supervisor(Instance(LOCAL.folder, ports=ports, lasting=True, **_servers())).run()


def stop() -> None:
    """End a desk that runs elsewhere (another terminal, a lost one), or what a crash left of one."""
    if not (holder := LOCAL.holder()):
        if LOCAL.folder.exists():
            LOCAL.take()
            LOCAL.leave()
        print("Nothing is running.")
        return
    pid = holder.rpartition(" ")[2]
    if not pid.isdecimal():
        raise DevError(f"The desk on {LOCAL.folder}: {holder}. Try again in a moment.")
    os.kill(int(pid), signal.SIGTERM)
    until = time.monotonic() + 60
    while LOCAL.holder():
        if time.monotonic() > until:
            raise DevError(f"Process {pid} does not end. Look at {LOCAL.logs}, or end it with: kill -9 {pid}")
        time.sleep(0.2)
    print("The desk has ended.")


def reset() -> None:
    """Throw the demo's data away: database, mails, files, logs."""
    if os.environ.get("DATABASE_URL"):
        raise DevError("DATABASE_URL is set: that database is yours, and only its own is thrown away here. Unset it, or drop it yourself.")
    if not LOCAL.folder.exists():
        print("There is no demo data. `make demo` makes it.")
        return
    LOCAL.take()
    for path in (far_place(LOCAL.folder / "postgres"), far_place(LOCAL.folder / "search"), *LOCAL.folder.iterdir()):
        if path.is_dir() and path.name not in {"test", "elasticsearch"}:
            shutil.rmtree(path)
        elif path.is_file() and path.name != "lock":
            path.unlink()
    LOCAL.leave()
    print("The demo's data is gone. `make demo` makes a fresh studio.")


def run_with_servers(_dashes: str, *command: str) -> int:
    """Run a command with a PostgreSQL and a Valkey that live as long as it does; those named in the environment win."""
    named = _servers()
    folder = LOCAL.folder / "test"
    passing = bool(DataDir(folder).holder())  # another run has it: take a folder for this one only
    if passing:
        folder = Path(tempfile.mkdtemp(prefix="helpdesk-test-"))
    servers = Instance(folder, **named)
    stop_on_signals()
    child: subprocess.Popen[bytes] | None = None
    try:
        servers.start_servers()
        given = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
        if servers.elasticsearch_url:
            given["ELASTICSEARCH_URL"] = servers.elasticsearch_url
        child = subprocess.Popen(command, env={"HELPDESK_ENV": "test", **os.environ, **given})
        return child.wait()
    except FileNotFoundError as error:
        raise DevError(f"There is no command “{error.filename}”.") from None
    finally:
        stop_on_signals(heeded=False)
        if child is not None and child.poll() is None:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(30)
            child.kill()
        servers.discard() if passing else servers.stop()


def search_server() -> None:
    """Run an Elasticsearch of its own until our input ends; the line that we print is its address."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-search-"))
    servers = Instance(folder, search="elasticsearch", database_url="postgresql:", redis_url="redis:")  # of those two none is started
    stop_on_signals()
    try:
        servers.start_servers()
        print(servers.elasticsearch_url, flush=True)
        sys.stdin.read()
    finally:
        stop_on_signals(heeded=False)
        servers.discard()


def within(_dashes: str, *command: str) -> int:
    """Run a command in the environment of the running demo, such as `manage.py shell`."""
    known = {} if os.environ.get("DATABASE_URL") else LOCAL.read("environment.json")
    if not os.environ.get("DATABASE_URL") and not (known and LOCAL.holder()):
        raise DevError("No demo is running here. Start one with `make demo`, or set DATABASE_URL.")
    return subprocess.run(command, env={**os.environ, **known}, check=False).returncode


def _port(door: str) -> int:
    variable = f"{door.upper()}_PORT"
    word = os.environ.get(variable, "").strip() or str(DOORS[door][0])
    if not word.isdecimal():
        raise DevError(f"{variable} is “{word}”, which is no port number.")
    return int(word)


def _servers() -> dict[str, Any]:
    """The engine that SEARCH asks for, and what the variables DATABASE_URL, REDIS_URL and ELASTICSEARCH_URL name; all must answer."""
    search = os.environ.get("SEARCH", "").strip() or ENGINES[0]
    if search not in ENGINES:
        raise DevError(f"SEARCH is “{search}”; it may be {' or '.join(ENGINES)}.")
    demands = {"DATABASE_URL": demand_database, "REDIS_URL": demand_broker, "ELASTICSEARCH_URL": demand_search}
    named = {variable: os.environ.get(variable) or None for variable in demands}
    for variable, demand_server in demands.items():
        if url := named[variable]:
            demand_server(url)
    return {"search": search} | {variable.lower(): url for variable, url in named.items()}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
