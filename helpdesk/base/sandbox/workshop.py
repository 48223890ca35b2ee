"""The parent's side: a few long-lived children that are asked, watched, and replaced.

Celery's own children may not fork, so these are processes of their own kind: started by name, without the desk's secrets in their
environment, connected by a pair of sockets whose other end dies with them.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from helpdesk.base.sandbox.frames import FrameConnection, Garbled, rebuilt

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = {  # all of it: nothing of the desk's own settings
    "PYTHONPATH": str(ROOT),
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",  # what is freed goes back to the system, so that the next mail finds all of its memory
    "MALLOC_MMAP_THRESHOLD_": "1000000",
    "MALLOC_TRIM_THRESHOLD_": "8000000",
}
OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGHUP}  # somebody else ended it: the bytes need not be at fault
PROGRAM = 30_000_000  # bytes of a child that are no data of its own: the interpreter and its libraries

Answer = TypeVar("Answer")


class Apart(Exception):
    """The job was not done. The text says why, for a person."""


class Spent(Apart):
    """It took more time or memory than it may, or broke its child: the same bytes would do so again."""


class Broken(Apart):
    """The child was ended from outside, or did not answer in time: another try may succeed."""


class Failed(Apart):
    """The job raised an error; the text tells it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one job: seconds of the processor, bytes of memory, and seconds on the clock, which count where the machine is busy.

    A child is replaced after so many `jobs`; `answer` is the most bytes that come back.
    """

    seconds: float = 3.0
    memory: int = 300_000_000
    patience: float = 30.0
    jobs: int = 500
    answer: int = 100_000_000


class Workshop:
    """Asks children that run `python -m module`. At most `size` of them at a time; safe for threads, and for a process that forks."""

    def __init__(self, module: str, limits: Limits | None = None, *, size: int = 1) -> None:
        self._module, self.limits, self._size = module, limits or Limits(), size
        self._idle: list[_Child] = []
        self._lock, self._free, self._owner = threading.Lock(), threading.BoundedSemaphore(size), os.getpid()

    def ask(self, job: str, *arguments: Any, answer: type[Answer], seconds: float | None = None) -> tuple[Answer, float]:
        """The job's answer and the processor's seconds that it took. Raises Spent, Broken, Failed."""
        if self._owner != os.getpid():
            self._renew()
        until = time.monotonic() + self.limits.patience
        if not self._free.acquire(timeout=self.limits.patience):
            raise Broken("nobody was free to read it")
        child = None
        try:
            with self._lock:
                child = self._idle.pop() if self._idle else None
            child = child or _Child(self._module, self.limits)
            return child.ask(job, arguments, answer, until, min(seconds or self.limits.seconds, self.limits.seconds))
        finally:
            if child is not None and child.alive and child.left:
                with self._lock:
                    self._idle.append(child)
            elif child is not None:
                child.end()
            self._free.release()

    @property
    def children(self) -> list[int]:
        """The process ids of those that wait for work."""
        return [child.process.pid for child in self._idle]

    def close(self) -> None:
        """End those that wait for work; the next question starts new ones."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def _renew(self) -> None:
        """As new: after a fork the children belong to the parent."""
        self._idle = []
        self._lock, self._free, self._owner = threading.Lock(), threading.BoundedSemaphore(self._size), os.getpid()


class _Child:
    def __init__(self, module: str, limits: Limits) -> None:
        self.limits, self.left, self.alive = limits, limits.jobs, True
        self._link, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-B", "-m", module, str(limits.memory - PROGRAM)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=ROOT,
                env=ENVIRONMENT,
            )

    def ask(self, job: str, arguments: tuple[Any, ...], answer: type[Answer], until: float, seconds: float) -> tuple[Answer, float]:
        self.left -= 1
        line = FrameConnection(self._link, until=until)
        try:
            line.send([job, seconds, list(arguments)])
            plain, pieces = line.receive(most=self.limits.answer)
            state, value, spent = _answer(plain)
            if state == "done":
                return rebuilt(answer, value, pieces), spent
        except TimeoutError:
            self.end()
            raise Broken(f"no answer within {self.limits.patience:g} s") from None
        except (EOFError, OSError):
            raise self._death(seconds) from None
        except Garbled as error:  # a child whose answer is of another shape is trusted with nothing further
            self.end()
            raise Spent(f"the answer makes no sense: {error}") from error
        if state == "memory":
            self.end()
            raise Spent(f"it needs more than {self.limits.memory // 1_000_000} MB")
        raise Failed(str(value)[:500])

    def _death(self, seconds: float) -> Apart:
        try:
            code = self.process.wait(5)
        except subprocess.TimeoutExpired:
            code = 0
        self.end()
        if code == -signal.SIGPROF:
            return Spent(f"it takes more than {seconds:.1f} s")
        if code in {-signal.SIGABRT, 128 + signal.SIGABRT}:
            return Spent(f"it needs more than {self.limits.memory // 1_000_000} MB")
        if code < 0 and -code not in OUTSIDE:
            return Spent(f"reading it ended with {signal.Signals(-code).name}")
        return Broken(f"the reading process was ended ({code})")

    def end(self) -> None:
        if self.alive:
            self.alive = False
            self._link.close()
            self.process.kill()
            self.process.wait()


def _answer(plain: Any) -> tuple[str, Any, float]:
    if type(plain) is list and len(plain) == 3 and plain[0] in {"done", "memory", "failed"} and type(plain[2]) in {float, int}:
        return plain[0], plain[1], float(plain[2])
    raise Garbled("no answer")
