"""Jobs for children of the tests: some do their work, the others do harm."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpdesk.base.sandbox.child import Job, serve


def spin() -> int:
    while True:
        pass


def sleep_in_c() -> int:
    """Inside one call of a library, where no Python signal handler would ever run."""
    return len(re.findall(r"(a+)+b", "a" * 60))


def hoard() -> int:
    return len(bytes(400_000_000))


def hoard_slowly() -> int:
    held: list[str] = []
    while True:
        held.append("x" * 100_000)


def crash() -> int:
    return ctypes.string_at(0)[0]


def flood() -> bytes:
    return bytes(4_000_000)


def be_killed() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 1


def wait() -> int:
    time.sleep(60)
    return 1


def fail() -> int:
    raise ValueError("no such hero")


def abort() -> int:
    os.abort()


def lie() -> str:
    return "text instead of a number"


def environment() -> tuple[str, ...]:
    return tuple(os.environ)


def write(path: str) -> int:
    return Path(path).write_bytes(b"x")


def echo(content: bytes) -> bytes:
    return content


ALONE: tuple[Callable[..., Any], ...] = (
    spin, sleep_in_c, hoard, hoard_slowly, crash, flood, be_killed, wait, fail, abort, lie, environment, os.getpid,
)  # fmt: skip
JOBS: dict[str, Job] = {function.__name__: (function, tuple[()]) for function in ALONE}
JOBS |= {"pid": JOBS["getpid"], "echo": (echo, tuple[bytes]), "write": (write, tuple[str])}

if __name__ == "__main__":
    serve(JOBS)
