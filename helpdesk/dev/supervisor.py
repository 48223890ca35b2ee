"""`make demo`: bring everything up, tell where it is, watch over it, and leave nothing behind.

Not honcho: it ends everything when one part ends, starts all at once, knows no other request to end than TERM, and its own kill -9 leaves
every process behind. Here a part that dies is started again, and the tests drive single parts through the same `Instance`.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections import defaultdict, deque
from types import FrameType

from helpdesk.dev.errors import DevError
from helpdesk.dev.instance import Instance
from helpdesk.dev.processes import turn_log

MATTERS = re.compile(rb"\berror\b|\bcritical\b|\bfatal\b|^Traceback|\bpanic\b|No space left", re.IGNORECASE)
ACCESS = re.compile(rb'HTTP/1\.[01]" [234]\d\d ')
MOST_BYTES, MOST_LINES = 500_000, 40  # read and shown of one log at once; the rest is in it
RESTARTS, WITHIN = 5, 60.0  # so many in so many seconds, then something is wrong that a restart does not mend


class Stopped(Exception):
    """Somebody asked us to end."""


class Tail:
    """New lines of one log that matter, with the part's name before them."""

    def __init__(self, desk: Instance, name: str, matters: re.Pattern[bytes]) -> None:
        self.name = name
        self.path = desk.data_dir.logs / f"{name}.log"
        self.matters = matters
        self.offset = self.path.stat().st_size if self.path.exists() else 0

    def show(self) -> None:
        with contextlib.suppress(OSError), self.path.open("rb") as log:
            log.seek(self.offset if self.offset <= self.path.stat().st_size else 0)  # from the start where it was cut
            whole, _end, rest = log.read(MOST_BYTES).rpartition(b"\n")
            self.offset = log.tell() - len(rest) % MOST_BYTES
            lines = [line for line in whole.splitlines() if self.matters.search(line) and not ACCESS.search(line)]
            for line in lines[:MOST_LINES]:
                tell(f"  {self.name:<8} | {line.decode(errors='replace')[:400]}")
            if len(lines) > MOST_LINES:
                tell(f"  {self.name:<8} | … {len(lines) - MOST_LINES} more lines in {self.path}")


class Supervisor:
    def __init__(self, desk: Instance, *, demo_data: bool = True) -> None:
        self.desk = desk
        self.demo_data = demo_data
        self._deaths: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=RESTARTS))
        self._caller = _caller()

    def run(self) -> None:
        """Returns when it was asked to end and everything has ended."""
        stop_on_signals()
        try:
            self._rise()
            self._watch()
        except Stopped:
            tell("\nStopping …")
        finally:
            stop_on_signals(heeded=False)
            self.desk.stop()
        tell("Everything has ended. The data stays; `make demo` finds it again.")

    def _rise(self) -> None:
        began = time.monotonic()
        desk = self.desk
        tell(f"Starting {'PostgreSQL, Valkey and Elasticsearch' if desk.search == 'elasticsearch' else 'PostgreSQL and Valkey'} …")
        desk.start_servers()
        desk.data_dir.write("environment.json", desk.own_variables)
        tell("Bringing the tables up to date …")
        desk.migrate()
        if self.demo_data:
            tell("Looking for the demo studio; the first time it is made now, which takes a minute or two …")
            progress = Tail(desk, "demo", re.compile(rb"\S"))
            desk.job("demo", "demo_load", watch=progress.show, PGOPTIONS="-c synchronous_commit=off")  # begun again if it is cut short
        tell(f"Starting {', '.join(desk.parts)} …")
        for name in desk.parts:
            desk.launch(name)
        for name in desk.parts:
            desk.running(name).wait_ready()
        tell(f"\nThe desk is open ({time.monotonic() - began:.0f} s).\n\n  Desk                  {desk.url}")
        tell(f"  The players' mailbox  {desk.url}/mailbox/   (SMTP on port {desk.ports.smtp})")
        tell(f"  Logs                  {desk.data_dir.logs}\n")
        if self.demo_data and (told := desk.manage("demo_logins", check=False)).returncode == 0:
            tell(told.stdout.decode(errors="replace"))
        tell("Ctrl-C ends all of it.\n")

    def _watch(self) -> None:
        tails = [Tail(self.desk, name, MATTERS) for name in (*self.desk.parts, *self.desk.servers)]
        while _caller() == self._caller:
            for tail in tails:
                tail.show()
                turn_log(tail.path)
            for name in self.desk.dead():
                self._restart(name)
            time.sleep(0.3)
        raise Stopped

    def _restart(self, name: str) -> None:
        running, deaths, now = self.desk.running(name), self._deaths[name], time.monotonic()
        if len(deaths) == RESTARTS and now - deaths[0] < WITHIN:
            raise DevError(f"{name} ended {RESTARTS + 1} times within a minute; a restart does not mend it.\n{running.last_words()}")
        deaths.append(now)
        code = running.code or 0
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        tell(f"  {name:<8} | {how}; starting it again ({len(deaths)} of {RESTARTS} this minute).")
        time.sleep(min(0.2 * 2 ** len(deaths), 3.0))
        self.desk.launch(name)


def _caller() -> tuple[bool, int]:
    """The terminal and the `make` before us. Make keeps a hang-up to itself, and a killed make tells nobody anything; so we look."""
    return os.isatty(0), os.getppid() if "MAKELEVEL" in os.environ else 0


def tell(line: str) -> None:
    """To the terminal, if there still is one."""
    with contextlib.suppress(OSError, ValueError):
        print(line, flush=True)


def stop_on_signals(*, heeded: bool = True) -> None:
    """Ctrl-C, TERM and a closed terminal all mean: end everything. A hang-up that the caller ignores (nohup) stays ignored.
    While that is done they are not `heeded`: a second Ctrl-C must not leave half of it running."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _stop if heeded else signal.SIG_IGN)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped
