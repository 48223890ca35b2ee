"""One Elasticsearch for a run of the tests: who needs it first starts it, the others share it, and it ends with the last of them.

Its keeper (`python -m helpdesk.dev search-server`) runs until its input ends. That is a pipe with a name, which every process that uses the
server holds open; so it also ends after a run that was killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.dev.data_dir import ROOT
from helpdesk.dev.elasticsearch import demand_search
from helpdesk.dev.errors import DevError

IN_A_HURRY = "-XX:TieredStopAtLevel=1"  # up with half of the work; a run ends before the better compiler pays
LAST_TEST = 600  # seconds that the others may still be busy when the one that started it is done


@contextlib.contextmanager
def one_for_the_run(shared: Path) -> Iterator[str]:
    """Its address: that of ELASTICSEARCH_URL, else of the run's own. `shared`: a folder of this run alone.

    Where none can be had the test fails with the sentence that says what to install; it is never skipped.
    """
    if url := os.environ.get("ELASTICSEARCH_URL"):
        try:
            demand_search(url)
        except DevError as error:
            pytest.fail(str(error), pytrace=False)
        yield url
        return
    pipe, known, keeper = shared / "elasticsearch.pipe", shared / "elasticsearch.url", None
    with (shared / "elasticsearch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            held = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads at its other end
            held, keeper = _start(pipe, known, shared / "elasticsearch.log")
    try:
        yield known.read_text()
    finally:
        os.close(held)
        if keeper is not None:
            keeper.wait(LAST_TEST)


def _start(pipe: Path, known: Path, log: Path) -> tuple[int, subprocess.Popen[bytes]]:
    """Our end of the pipe and the keeper at the other; the address is written to `known`."""
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    held = os.open(pipe, os.O_WRONLY)
    os.set_blocking(reading, True)
    program, env = [sys.executable, "-m", "helpdesk.dev", "search-server"], {"ES_JAVA_OPTS": IN_A_HURRY, **os.environ}
    with log.open("wb") as said:
        keeper = subprocess.Popen(program, cwd=ROOT, env=env, stdin=reading, stdout=subprocess.PIPE, stderr=said, start_new_session=True)
    os.close(reading)
    assert keeper.stdout is not None
    with keeper.stdout as lines:
        url = next((line.decode().strip() for line in lines if line.startswith(b"http")), "")
    if not url:
        os.close(held)
        keeper.wait()
        pytest.fail(log.read_text(), pytrace=False)
    known.write_text(url)
    return held, keeper
