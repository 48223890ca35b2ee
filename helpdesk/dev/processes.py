"""Processes that end when we end: groups of their own, a death signal from the kernel, and an undertaker behind it all."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil  # type: ignore[import-untyped,unused-ignore]

from helpdesk.dev.account import Account
from helpdesk.dev.trouble import Trouble

PR_SET_PDEATHSIG = 1
LOG_LIMIT = 20_000_000  # bytes; beyond it a log moves to NAME.log.1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


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


class Undertaker:
    """The far end of the pipe: knows which groups to end should this process vanish."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("undertaker.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            text=True,
        )

    def knows(self, pid: int, number: int) -> None:
        self._write(f"+{pid} {number}\n")

    def forgets(self, pid: int) -> None:
        self._write(f"-{pid}\n")

    def close(self) -> None:
        pipe = self._pipe()
        with contextlib.suppress(OSError):
            pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(15)

    def _pipe(self) -> IO[str]:
        if self._process.stdin is None:
            raise RuntimeError("the undertaker was started without a pipe")
        return self._process.stdin

    def _write(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._pipe().write(line)
            self._pipe().flush()


class Running:
    """A started part. `stop` ends its whole tree, also what left the group."""

    def __init__(self, part: Part, undertaker: Undertaker | None = None) -> None:
        self.part = part
        self._undertaker = undertaker
        part.log.parent.mkdir(parents=True, exist_ok=True)
        self.log_start = part.log.stat().st_size if part.log.exists() else 0
        parent = os.getpid()
        who = part.account
        with part.log.open("ab") as log:
            try:
                self._process = subprocess.Popen(
                    list(part.argv),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    env=dict(part.env) or None,
                    cwd=part.cwd,
                    umask=0o077,
                    user=who.uid if who else None,
                    group=who.gid if who else None,
                    extra_groups=[] if who else None,
                    preexec_fn=lambda: _die_with(parent, part.stop_signal),  # noqa: PLW1509 (a prctl; takes no lock)
                )
            except OSError as error:
                raise Trouble(f"{part.name} could not be started ({error}).") from error
        self._asked = False
        self.pid = self._process.pid
        if undertaker:
            undertaker.knows(self.pid, part.stop_signal)

    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def code(self) -> int | None:
        return self._process.poll()

    def wait(self, seconds: float | None = None) -> int:
        return self._process.wait(seconds)

    def wait_ready(self) -> None:
        """Return when the part answers; a part that dies or stays silent is `Trouble` with the end of its log."""
        if self.part.ready is None:
            return
        until = time.monotonic() + self.part.ready_seconds
        while not self.part.ready():
            if not self.alive():
                raise Trouble(f"{self.part.name} ended while starting.\n{self.last_words()}")
            if time.monotonic() > until:
                raise Trouble(f"{self.part.name} did not answer within {self.part.ready_seconds:.0f} seconds.\n{self.last_words()}")
            time.sleep(0.05)

    def last_words(self, lines: int = 12) -> str:
        """The end of what this start wrote, indented, and where the rest is."""
        with contextlib.suppress(OSError):
            with self.part.log.open("rb") as log:
                log.seek(max(self.log_start, self.part.log.stat().st_size - 20_000))
                said = log.read().decode(errors="replace").splitlines()[-lines:]
            return "\n".join(["  | " + line for line in said] + [f"  The whole log: {self.part.log}"])
        return f"  The log: {self.part.log}"

    def ask(self) -> None:
        """Ask it to end, once: to Celery a second time means “at once”. The first process only; it knows how to end its own."""
        if not self._asked and self.alive():
            self._asked = True
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, self.part.stop_signal)

    def stop(self, seconds: float | None = None) -> None:
        """Ask, wait, insist. Returns when nothing of the tree is left."""
        offspring = descendants(self.pid)
        if self.alive():
            self.ask()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.part.stop_seconds if seconds is None else seconds)
        self._finish(offspring)

    def kill(self, number: int = signal.SIGKILL, *, whole: bool = True) -> None:
        """What a crash does: the signal, at once, to the whole tree (or to the first process only)."""
        offspring = descendants(self.pid) if whole else []
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)
        for each in offspring:
            with contextlib.suppress(psutil.Error):
                each.send_signal(number)
        if number == signal.SIGKILL:
            self._process.wait()
            if whole:
                self._finish(offspring)

    def bury(self) -> None:
        """After a death of its own accord: nothing of the group may outlive it."""
        self._finish([])

    def _finish(self, offspring: Iterable[psutil.Process]) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        left = [each for each in offspring if _stands(each)]
        if left:
            _, left = psutil.wait_procs(left, timeout=5)
        for each in left:
            with contextlib.suppress(psutil.Error):
                each.kill()
        psutil.wait_procs(left, timeout=5)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        if self._undertaker:
            self._undertaker.forgets(self.pid)


def descendants(pid: int) -> list[psutil.Process]:
    try:
        found: list[psutil.Process] = psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []
    return found


def born(pid: int) -> float | None:
    """When this process started, or `None`: with the number, what tells a process from a later one of the same number."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def end_orphan(pid: int, started: float, number: int, seconds: float = 15.0) -> bool:
    """End a process that an earlier supervisor left, with all below it. `False` when it is gone or somebody else's by now."""
    if (now := born(pid)) is None or abs(now - started) > 1:
        return False
    family = [psutil.Process(pid), *descendants(pid)]
    with contextlib.suppress(psutil.Error, ProcessLookupError):
        os.kill(pid, number)
    _, left = psutil.wait_procs(family, timeout=seconds)
    for each in left:
        with contextlib.suppress(psutil.Error):
            each.kill()
    psutil.wait_procs(left, timeout=5)
    return True


def turn_log(log: Path, limit: int = LOG_LIMIT) -> None:
    """Move a log that has grown too long to `NAME.log.1`. Writers append, so cutting it under them is safe."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > limit:
            old = log.with_name(log.name + ".1")
            with log.open("rb") as source, old.open("wb") as target:
                source.seek(-limit, os.SEEK_END)
                target.write(source.read())
            os.truncate(log, 0)


def _stands(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _die_with(parent: int, number: int) -> None:
    """In the child, after it took its user (a change of user clears the death signal): die when the parent dies."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
