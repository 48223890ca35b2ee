"""Processes that end when we end: each part in a session of its own, marked as ours, and an undertaker behind them all."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]

from helpdesk.dev import undertaker
from helpdesk.dev.account import Account
from helpdesk.dev.errors import DevError
from helpdesk.dev.undertaker import descendants, end_all

LOG_LIMIT = 20_000_000  # bytes; beyond it a log moves to NAME.log.1


@dataclass
class Part:
    """One process of the desk: how it is started, asked to stop, and known to be ready."""

    name: str
    argv: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path = Path("/")
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    ready: Callable[[], bool] | None = None
    ready_seconds: float = 60.0


def start_undertaker(mark: str) -> subprocess.Popen[bytes]:
    """It ends what carries `mark` when the pipe to it closes: by its `communicate()`, or because this process vanished."""
    program = [sys.executable, "-P", undertaker.__file__, mark]
    return subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True, cwd="/")


class Running:
    """A started part. `stop` ends its whole tree, also what left the group."""

    def __init__(self, part: Part, mark: str) -> None:
        self.part = part
        self._asked = False
        part.log.parent.mkdir(parents=True, exist_ok=True)
        turn_log(part.log)
        with part.log.open("ab") as log:
            self.log_start = log.tell()
            try:
                self._process = subprocess.Popen(
                    list(part.argv),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    env={**part.env, undertaker.MARK: f"{mark}|{int(part.stop_signal)}"},
                    cwd=part.cwd,
                    umask=0o077,
                    **(part.account.lent if part.account else {}),
                )
            except OSError as error:
                raise DevError(f"{part.name} could not be started ({error}).") from error
        self.pid = self._process.pid

    def alive(self) -> bool:
        return self.code is None

    @property
    def code(self) -> int | None:
        return self._process.poll()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within that time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return not self.alive()

    def wait_ready(self) -> None:
        """Return when the part answers; a part that dies or stays silent is a `DevError` with the end of its log."""
        until = time.monotonic() + self.part.ready_seconds
        while self.part.ready and not self.part.ready():
            if not self.alive():
                raise DevError(f"{self.part.name} ended while starting.\n{self.last_words()}")
            if time.monotonic() > until:
                raise DevError(f"{self.part.name} did not answer within {self.part.ready_seconds:.0f} seconds.\n{self.last_words()}")
            time.sleep(0.05)

    def last_words(self, lines: int = 12) -> str:
        """The end of what this start wrote, indented, and where the rest is."""
        with contextlib.suppress(OSError), self.part.log.open("rb") as log:
            log.seek(max(self.log_start, self.part.log.stat().st_size - 20_000))
            said = log.read().decode(errors="replace").splitlines()[-lines:]
            return "\n".join([*(f"  | {line}" for line in said), f"  The whole log: {self.part.log}"])
        return f"  The log: {self.part.log}"

    def ask(self) -> None:
        """Ask it to end, once: to Celery a second time means “at once”. The first process only; it knows how to end its own."""
        if not self._asked and self.alive():
            self._asked = True
            self._process.send_signal(self.part.stop_signal)

    def stop(self, seconds: float | None = None) -> None:
        """Ask, wait, insist. Returns when nothing of the tree is left."""
        offspring = descendants(self.pid)
        self.ask()
        self.wait(self.part.stop_seconds if seconds is None else seconds)
        self.bury(offspring)

    def kill(self, number: int = signal.SIGKILL, *, whole: bool = True) -> None:
        """What a crash does: the signal, at once, to the whole tree (or to the first process only)."""
        offspring = descendants(self.pid) if whole else []
        self._process.send_signal(number)
        for each in offspring:
            with contextlib.suppress(psutil.Error):
                each.send_signal(number)
        if number == signal.SIGKILL:
            self._process.wait()
            if whole:
                self.bury(offspring)

    def bury(self, offspring: Iterable[psutil.Process] = ()) -> None:
        """After its death, of whatever kind: nothing of its group nor of its offspring may outlive it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait(5)
        end_all(offspring, 5)


def turn_log(log: Path) -> None:
    """Move a log that has grown too long to `NAME.log.1`. Writers append, so cutting it under them is safe."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > LOG_LIMIT:
            with log.open("rb") as source, log.with_name(log.name + ".1").open("wb") as target:
                source.seek(-LOG_LIMIT, os.SEEK_END)
                target.write(source.read())
            os.truncate(log, 0)
