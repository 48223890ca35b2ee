from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]
import pytest

from helpdesk.dev.account import far_place
from helpdesk.dev.data_dir import ROOT
from helpdesk.dev.instance import Instance


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Instance]:
    """A PostgreSQL and a Valkey of this test's own."""
    desk = Instance(tmp_path / "desk", parts=())
    desk.start_servers()
    yield desk
    desk.discard()


def family(pid: int) -> list[psutil.Process]:
    """A process with all below it."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def _hangs_up_as_it_should() -> None:
    """Whoever runs these tests under `nohup` has hang-ups ignored, and a process inherits that."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Terminal:
    """A supervisor as a person has it before him: what it prints, and a keyboard."""

    def __init__(self, folder: Path, out: Path, before: Sequence[str] = ()) -> None:
        self.out = out
        self.folder = folder
        environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
        with out.open("ab") as file:
            self.process = subprocess.Popen(
                [*before, sys.executable, str(Path(__file__).with_name("light.py")), str(folder)],
                cwd=ROOT,
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_hangs_up_as_it_should,  # noqa: PLW1509 (a signal's default; takes no lock)
            )

    def says(self) -> str:
        return self.out.read_text()

    def open(self) -> Terminal:
        until(lambda: "The desk is open" in self.says() or self.process.poll() is not None, 60)
        assert self.process.poll() is None, self.says()
        return self

    def press(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def everybody(self) -> list[psutil.Process]:
        return family(self.process.pid)

    def smtp(self) -> psutil.Process | None:
        for process in self.everybody() if self.process.poll() is None else []:
            with contextlib.suppress(psutil.Error):
                if "helpdesk.demo.mailbox.smtp" in process.cmdline():
                    return process
        return None


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def new(before: Sequence[str] = ()) -> Terminal:
        opened.append(Terminal(tmp_path / "desk", tmp_path / f"terminal-{len(opened)}", before))
        return opened[-1]

    yield new
    for each in opened:
        if each.process.poll() is None:
            each.press(signal.SIGTERM)


@pytest.fixture(autouse=True)
def no_far_place_left(tmp_path: Path) -> Iterator[None]:
    """As root, pytest's folders are closed to the server's user, so its data lies elsewhere and pytest does not clean it."""
    yield
    for home in (tmp_path / "desk" / "postgres", tmp_path / "test" / "postgres"):
        shutil.rmtree(far_place(home), ignore_errors=True)
