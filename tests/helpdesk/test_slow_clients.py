"""Clients that send a byte a second hold threads, and do not hold the desk: with the options of our image a page still answers."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SLOW = 12
PATIENCE = 120.0  # seconds, for a crowded machine to start in


def options() -> list[str]:
    """What the image starts gunicorn with, but with one process of it: the hardest case, and at an address of the test."""
    command = re.search(r"^CMD \[(.*?)\]$", (ROOT / "Dockerfile").read_text(), re.MULTILINE | re.DOTALL)
    assert command
    words = re.findall(r'"([^"]+)"', command[1])
    assert words[:2] == ["gunicorn", "helpdesk.wsgi:application"]
    words[words.index("--workers") + 1] = "1"
    return words[1:]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        found: int = listener.getsockname()[1]
    words = options()
    words[words.index("--bind") + 1] = f"127.0.0.1:{found}"
    environment = os.environ | {"HELPDESK_ENV": "test", "LOG_LEVEL": "ERROR"}
    with subprocess.Popen([sys.executable, "-m", "gunicorn", *words], cwd=ROOT, env=environment) as server:
        try:
            until = time.monotonic() + PATIENCE
            while not alive(found, 2) and time.monotonic() < until:
                time.sleep(0.2)
            yield found
        finally:
            server.terminate()


def alive(port: int, seconds: float) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=seconds) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.parametrize(
    "beginning",
    [
        b"GET /accounts/login/ HTTP/1.1\r\nHost: a",
        b"POST /hooks/mail/mailgun/inbound HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 30000000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\na",
        b"",
    ],
    ids=["in the head", "in the body", "silent"],
)
@pytest.mark.timeout(300)
def test_twelve_slow_clients_keep_no_page_from_anybody(port: int, beginning: bytes) -> None:
    with ExitStack() as held:
        slow = [held.enter_context(socket.create_connection(("127.0.0.1", port), 10)) for _client in range(SLOW)]
        for client in slow:
            client.sendall(beginning)
        for _second in range(3):
            time.sleep(1)
            for client in slow:
                try:
                    client.sendall(b"x" if beginning else b"")
                except OSError:  # it was refused, which is as well
                    continue

            assert alive(port, 60)
