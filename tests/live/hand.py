"""A process of the desk's own that does what a test asks: the deeds of `tests/live/deeds.py` or of another module, a JSON line each.

The services run with the desk's settings and its broker, and the test's own Django never touches the desk's rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from helpdesk.dev.data_dir import ROOT


class DeedFailed(AssertionError):
    """The deed raised; the words are its traceback."""


class Hand:
    """`hand.do("write_reply", number="…", text="…")` returns what the deed returned."""

    def __init__(self, env: Mapping[str, str], deeds: str = "tests.live.deeds", root: Path = ROOT) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.live", deeds], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(env), cwd=root, text=True
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def do(self, deed: str, **words: Any) -> Any:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the hand was started without pipes")
        self._process.stdin.write(json.dumps({"deed": deed, "words": words}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise DeedFailed(f"The hand died while doing {deed}.")
        answer = json.loads(line)
        if "trouble" in answer:
            raise DeedFailed(f"{deed}: {answer['trouble']}")
        return answer["done"]

    def close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
