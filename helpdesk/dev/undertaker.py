"""Ends the processes of a supervisor that could not do it itself (kill -9, out of memory): `python -P undertaker.py MARK`.

Its standard input is a pipe that nobody writes to and that closes with the supervisor, however that ends. Then every part whose
environment carries the mark is asked to stop, and what is left of all their processes ten seconds later is ended.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterable

import psutil  # type: ignore[import-untyped,unused-ignore]

MARK = "HELPDESK_STARTED_BY"  # a variable: DATA FOLDER|OF ONE RUN|SIGNAL THAT ASKS THE PART TO END
GRACE = 10.0  # seconds between the request and the end


def end_marked(mark: str) -> None:
    """End every process whose mark begins so, with all below it."""
    marks = ((process, str((process.info["environ"] or {}).get(MARK, ""))) for process in psutil.process_iter(["environ"]))
    marked = {process: its_mark for process, its_mark in marks if its_mark.startswith(mark)}
    everybody = {*marked, *(each for process in marked for each in descendants(process.pid))}
    for process, its_mark in marked.items():
        with contextlib.suppress(psutil.Error, OSError):
            if os.getsid(process.pid) == process.pid:  # the first of its part; it knows how to end its own
                process.send_signal(int(its_mark.rpartition("|")[2]))
    end_all(everybody, GRACE)


def end_all(processes: Iterable[psutil.Process], seconds: float) -> None:
    """Give them that long to end, then end them, and return when they are gone."""
    _gone, left = psutil.wait_procs(processes, timeout=seconds)
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, timeout=5)


def descendants(pid: int) -> list[psutil.Process]:
    try:
        found: list[psutil.Process] = psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []
    return found


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    sys.stdin.read()
    end_marked(sys.argv[1])
