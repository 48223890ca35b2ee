"""Ends the processes of a supervisor that could not do it itself (kill -9, out of memory).

Started by the supervisor with a pipe as its standard input. Lines are `+PID SIGNAL` and `-PID`; when the pipe closes, the leader
of every group that still stands on the list is asked to stop and, ten seconds later, the whole group is ended. Standard library
only, so that it starts at once.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

GRACE = 10.0  # seconds between the request and the end


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: dict[int, int] = {}
    for line in sys.stdin:
        word = line.split()
        if line.startswith("+") and len(word) == 2:
            groups[int(word[0][1:])] = int(word[1])
        elif line.startswith("-") and word:
            groups.pop(int(word[0][1:]), None)
    for leader, number in groups.items():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(leader, number)
    until = time.monotonic() + GRACE
    while groups and time.monotonic() < until:
        groups = {group: number for group, number in groups.items() if _send(group, 0)}
        time.sleep(0.1)
    for group in groups:
        _send(group, signal.SIGKILL)


def _send(group: int, number: int) -> bool:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    main()
