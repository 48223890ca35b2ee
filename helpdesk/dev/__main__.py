"""The commands behind the Makefile: up, stop, reset, run-with-servers, with, packages."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from helpdesk.dev import packages
from helpdesk.dev.account import far_place
from helpdesk.dev.instance import Instance
from helpdesk.dev.outside import demand_broker, demand_database
from helpdesk.dev.place import ROOT, Place
from helpdesk.dev.ports import Ports, demand
from helpdesk.dev.postgres import ROOM_NEEDED
from helpdesk.dev.supervisor import Stopped, Supervisor, catch_signals, ignore_signals
from helpdesk.dev.trouble import Trouble, from_os, no_room

LOCAL = Path(os.environ.get("LOCAL_DIR", ROOT / ".local"))
DOORS = {
    "web": "the desk",
    "smtp": "the players' mail server",
    "postgres": "PostgreSQL",
    "valkey": "Valkey",
}
PORT_VARIABLES = {door: f"{door.upper()}_PORT" for door in DOORS}


def main(words: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(words)
    try:
        return int(options.do(options) or 0)
    except Trouble as trouble:
        print(f"\n{trouble}\n", file=sys.stderr)
    except Stopped:
        return 130
    except OSError as error:
        print(f"\n{from_os(error)}\n", file=sys.stderr)
    return 1


def up(options: argparse.Namespace) -> None:
    """Run the whole desk until somebody ends it."""
    test = options.test_instance is not None
    folder = Path(options.test_instance) if test else LOCAL
    ports = _ports(options.ports)
    place = Place(folder)
    if place.taken:
        Place(folder).take()  # says who has it
    for door, variable in PORT_VARIABLES.items():
        if number := getattr(ports, door):
            demand(number, variable, DOORS[door])
    _demand_room(folder)
    database_url, redis_url = (None, None) if test else _servers_of_others()
    desk = Instance(folder, ports=ports, lasting=not test, database_url=database_url, redis_url=redis_url)
    Supervisor(desk, demo_data=not test).run()


def stop(options: argparse.Namespace) -> None:
    """End a desk that runs elsewhere (another terminal, a lost one)."""
    place = Place(LOCAL)
    if (pid := place.supervisor()) is None:
        if not LOCAL.exists():
            print("Nothing is running.")
            return
        place.take()
        place.leave()
        print("Nothing is running.")
        return
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + 60
    while place.taken and time.monotonic() < until:
        time.sleep(0.2)
    if place.taken:
        raise Trouble(f"Process {pid} does not end. Look at {LOCAL / 'log'}, or end it with: kill -9 {pid}")
    print("The desk has ended.")


def reset(options: argparse.Namespace) -> None:
    """Throw the demo's data away: database, mails, files, logs."""
    if os.environ.get("DATABASE_URL"):
        raise Trouble(
            "DATABASE_URL is set: that database is yours, and this command throws away only its own. Unset it, or drop it yourself."
        )
    if not LOCAL.exists():
        print("There is no demo data. `make demo` makes it.")
        return
    place = Place(LOCAL)
    place.take()
    if (far := far_place(LOCAL / "postgres")).exists():
        shutil.rmtree(far)
    for path in LOCAL.iterdir():
        if path.name in {"lock", "test", "elasticsearch"}:
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    place.leave()
    print("The demo's data is gone. `make demo` makes a fresh studio.")


def run_with_servers(options: argparse.Namespace) -> int:
    """Run a command with a PostgreSQL and a Valkey that live as long as it does; those named in the environment win."""
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise Trouble("Name the command: python -m helpdesk.dev run-with-servers -- pytest")
    database_url, redis_url = _servers_of_others()
    folder = LOCAL / "test"
    passing = Place(folder).taken  # another run has it: take a folder for this one only
    if passing:
        folder = Path(tempfile.mkdtemp(prefix="helpdesk-test-"))
    _demand_room(folder)
    servers = Instance(folder, database_url=database_url, redis_url=redis_url)
    catch_signals()
    child: subprocess.Popen[bytes] | None = None
    try:
        servers.start_servers()
        environment = dict(os.environ) | {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
        environment.setdefault("HELPDESK_ENV", "test")
        child = subprocess.Popen(command, env=environment)
        return child.wait()
    except FileNotFoundError:
        raise Trouble(f"There is no command “{command[0]}”.") from None
    finally:
        ignore_signals()
        if child is not None and child.poll() is None:
            child.terminate()
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                child.kill()
        servers.discard() if passing else servers.stop()


def within(options: argparse.Namespace) -> int:
    """Run a command in the environment of the running demo, such as `manage.py shell`."""
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    known = Place(LOCAL).read("environment.json")
    if os.environ.get("DATABASE_URL"):
        known = {}
    elif not known or not Place(LOCAL).taken:
        raise Trouble("No demo is running here. Start one with `make demo`, or set DATABASE_URL.")
    return subprocess.run(command, env=dict(os.environ) | known, check=False).returncode


def provide_packages(options: argparse.Namespace) -> None:
    packages.provide()


def _ports(given: str | None) -> Ports:
    if given:
        try:
            return Ports(*[int(number) for number in given.split(",")])
        except (ValueError, TypeError):
            raise Trouble(f"“{given}” names no ports. Write: --ports WEB,SMTP (0 for a free one)") from None
    defaults = Ports()
    chosen = {}
    for door, variable in PORT_VARIABLES.items():
        word = os.environ.get(variable, "").strip()
        if word and not word.isdecimal():
            raise Trouble(f"{variable} is “{word}”, which is no port number.")
        chosen[door] = int(word) if word else getattr(defaults, door)
    return Ports(**chosen)


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
        raise Trouble(f"This user may not write {folder}. Was it made by another user, such as root? Start as that user or remove it.")
    if shutil.disk_usage(folder).free < ROOM_NEEDED:
        raise no_room(folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m helpdesk.dev", description="The desk on one machine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("up", help="run everything until Ctrl-C")
    command.add_argument("--test-instance", metavar="DIR", help="a desk without demo data that keeps everything in DIR")
    command.add_argument("--ports", metavar="WEB,SMTP", help="instead of the variables WEB_PORT and SMTP_PORT")
    command.set_defaults(do=up)
    commands.add_parser("stop", help="end a desk that runs elsewhere").set_defaults(do=stop)
    commands.add_parser("reset", help="throw the demo's data away").set_defaults(do=reset)
    commands.add_parser("packages", help="install the Debian packages that the tests need").set_defaults(do=provide_packages)
    for name, do, text in (
        ("run-with-servers", run_with_servers, "run a command with PostgreSQL and Valkey beside it"),
        ("with", within, "run a command in the environment of the running demo"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("command", nargs=argparse.REMAINDER)
        command.set_defaults(do=do)
    return parser


if __name__ == "__main__":
    sys.exit(main())
