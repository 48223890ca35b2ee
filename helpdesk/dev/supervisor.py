"""`make demo`: bring everything up, tell where it is, watch over it, and leave nothing behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections import deque
from pathlib import Path
from types import FrameType

from helpdesk.dev.instance import Instance
from helpdesk.dev.processes import turn_log
from helpdesk.dev.trouble import Trouble

MATTERS = re.compile(r"\berror\b|\bcritical\b|\bfatal\b|^Traceback|\bpanic\b|No space left", re.IGNORECASE)
ACCESS = re.compile(r'HTTP/1\.[01]" [234]\d\d ')
MOST_LINES = 40  # shown of one part in a second; the rest is in its log
RESTARTS, WITHIN = 5, 60.0  # so many in so many seconds, then something is wrong that a restart does not mend


class Stopped(Exception):
    """Somebody asked us to end."""


class Tail:
    """New lines of one log that matter, with the part's name before them."""

    def __init__(self, name: str, path: Path, *, all_lines: bool = False) -> None:
        self.name = name
        self.path = path
        self.all_lines = all_lines
        self.offset = path.stat().st_size if path.exists() else 0

    def show(self) -> None:
        try:
            size = self.path.stat().st_size
            if size < self.offset:
                self.offset = 0
            if size == self.offset:
                return
            with self.path.open("rb") as log:
                log.seek(self.offset)
                fresh = log.read(500_000)
        except OSError:
            return
        whole = fresh.rfind(b"\n") + 1
        self.offset += whole or (len(fresh) if len(fresh) == 500_000 else 0)
        lines = [line for line in fresh[:whole].decode(errors="replace").splitlines() if self._matters(line)]
        for line in lines[:MOST_LINES]:
            tell(f"  {self.name:<8} | {line[:400]}")
        if len(lines) > MOST_LINES:
            tell(f"  {self.name:<8} | … {len(lines) - MOST_LINES} more lines in {self.path}")

    def _matters(self, line: str) -> bool:
        return bool(line.strip()) and (self.all_lines or (bool(MATTERS.search(line)) and not ACCESS.search(line)))


class Caller:
    """The terminal and the `make` before us. Make keeps a hang-up to itself, and a killed make tells nobody anything; so we look."""

    def __init__(self) -> None:
        self.parent = os.getppid() if "MAKELEVEL" in os.environ else None
        self.has_terminal = os.isatty(0)

    def gone(self) -> bool:
        return (self.has_terminal and not os.isatty(0)) or (self.parent is not None and os.getppid() != self.parent)


class Supervisor:
    def __init__(self, desk: Instance, *, demo_data: bool) -> None:
        self.desk = desk
        self.demo_data = demo_data
        self._deaths: dict[str, deque[float]] = {}
        self._caller = Caller()

    def run(self) -> None:
        """Returns when it was asked to end and everything has ended."""
        catch_signals()
        try:
            self._rise()
            self._watch()
        except Stopped:
            tell("\nStopping …")
        finally:
            ignore_signals()
            self.desk.stop()
        tell("Everything has ended. The data stays; `make demo` finds it again.")

    def _rise(self) -> None:
        began = time.monotonic()
        desk = self.desk
        tell("Starting PostgreSQL and Valkey …")
        desk.start_servers()
        desk.place.say_who(f"{desk.url}, process {os.getpid()}")
        desk.place.write_environment({name: desk.env[name] for name in _OWN_VARIABLES})
        tell("Bringing the tables up to date …")
        desk.migrate()
        if self.demo_data:
            tell("Looking for the demo studio; the first time it is made now, which takes a minute or two …")
            shown = Tail("demo", desk.place.logs / "demo.log", all_lines=True)
            desk.job("demo", "demo_load", watch=shown.show, PGOPTIONS="-c synchronous_commit=off")  # begun again if it is cut short
        tell("Starting " + ", ".join(desk.parts) + " …")
        for name in desk.parts:
            desk.launch(name)
        for name in desk.parts:
            desk.running(name).wait_ready()
        self._greet(time.monotonic() - began)

    def _greet(self, seconds: float) -> None:
        desk = self.desk
        tell(f"\nThe desk is open ({seconds:.0f} s).\n")
        tell(f"  Desk                  {desk.url}")
        if "smtp" in desk.parts:
            tell(f"  The players' mailbox  {desk.url}/mailbox/   (SMTP on port {desk.ports.smtp})")
        tell(f"  Logs                  {desk.place.logs}")
        if self.demo_data:
            told = desk.manage("demo_logins", check=False)
            if told.returncode == 0:
                tell("\n" + told.stdout.decode(errors="replace").rstrip())
        tell("\nCtrl-C ends all of it.\n")

    def _watch(self) -> None:
        tails = [Tail(name, self.desk.running(name).part.log) for name in [*self.desk.parts, "postgres", "valkey"] if self.desk.alive(name)]
        turned = time.monotonic()
        while not self._caller.gone():
            for tail in tails:
                tail.show()
            for name in self.desk.dead():
                self._restart(name)
            if time.monotonic() - turned > 30:
                turned = time.monotonic()
                for tail in tails:
                    turn_log(tail.path)
            time.sleep(0.3)
        raise Stopped

    def _restart(self, name: str) -> None:
        running = self.desk.running(name)
        deaths = self._deaths.setdefault(name, deque(maxlen=RESTARTS))
        now = time.monotonic()
        if len(deaths) == RESTARTS and now - deaths[0] < WITHIN:
            raise Trouble(f"{name} ended {RESTARTS + 1} times within a minute; a restart does not mend it.\n{running.last_words()}")
        deaths.append(now)
        code = running.code or 0
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        tell(f"  {name:<8} | {how}; starting it again ({len(deaths)} of {RESTARTS} this minute).")
        time.sleep(min(0.2 * 2 ** len(deaths), 3.0))
        self.desk.revive(name)


_OWN_VARIABLES = (
    "DJANGO_SETTINGS_MODULE",
    "HELPDESK_ENV",
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "LOCAL_DIR",
    "DESK_URL",
    "EMAIL_HOST",
    "EMAIL_PORT",
)


def tell(line: str) -> None:
    """To the terminal, if there still is one."""
    with contextlib.suppress(OSError, ValueError):
        print(line, flush=True)


def catch_signals() -> None:
    """Ctrl-C, TERM and a closed terminal all mean: end everything. A hang-up that the caller ignores (nohup) stays ignored."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        signal.signal(number, _stop)


def ignore_signals() -> None:
    """While ending, a second Ctrl-C must not leave half of it running."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped
