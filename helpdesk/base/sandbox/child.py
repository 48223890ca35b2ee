"""The child's side: `serve` answers one job after the other until its parent goes away."""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from helpdesk.base.sandbox.frames import FrameConnection, rebuilt

MOST_ASKED = 200_000_000  # bytes of one job; what may come in at all is for the door to say
FILES = 64

Job = tuple[Callable[..., Any], Any]  # a function, and the tuple type of its arguments


def serve(jobs: Mapping[str, Job]) -> None:
    """Answers until the parent goes away; ends with the process. Its first argument is how many bytes of data it may hold.

    The processor's time of a job is counted by the kernel, whose signal ends the process wherever it hangs, also inside a library.
    """
    line = FrameConnection(socket.socket(fileno=os.dup(0)))
    _confine(int(sys.argv[1]))
    gc.freeze()
    while True:
        try:
            (job, seconds, arguments), pieces = line.receive(most=MOST_ASKED)
        except EOFError:
            os._exit(0)
        function, shape = jobs[job]
        signal.setitimer(signal.ITIMER_PROF, seconds)
        began = time.process_time()
        try:
            given = rebuilt(shape, arguments, pieces)
            del arguments, pieces
            answer: list[Any] = ["done", function(*given)]
            del given
        except MemoryError:
            answer = ["memory", ""]
        except Exception as error:  # whatever a stranger's bytes make of it is the answer
            answer = ["failed", f"{type(error).__name__}: {error}"[:500]]
        signal.setitimer(signal.ITIMER_PROF, 0)
        try:
            line.send([*answer, time.process_time() - began])
        except MemoryError:
            os._exit(signal.SIGABRT + 128)
        if answer[0] == "memory":
            os._exit(0)
        del answer


def _confine(memory: int) -> None:
    """No more memory than this, no file written, few opened, nothing said; and it ends with its parent, or when its time is up."""
    for limit, value in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, FILES),
    ):
        hard = resource.getrlimit(limit)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (most, most))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who is done with us then
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)
