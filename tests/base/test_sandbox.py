"""A child with a budget: what it answers is checked, what it breaks is told, and the next job finds another one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from helpdesk.base.sandbox import Broken, Failed, Garbled, Limits, Spent, Workshop
from helpdesk.base.sandbox.frames import flat, rebuilt
from helpdesk.base.sandbox.workshop import ROOT


@dataclass(frozen=True)
class Leaf:
    name: str
    content: bytes
    at: datetime | None = None


@dataclass(frozen=True)
class Tree:
    leaves: tuple[Leaf, ...]
    marks: dict[str, int]
    pair: tuple[str, float]
    old: bool = False


TREE = Tree((Leaf("ä\ud800", b"\x00\xff", datetime(2026, 3, 1, tzinfo=UTC)), Leaf("", b"")), {"a": 1}, ("x", 1.5))


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    made = Workshop("tests.base.sandbox_jobs", Limits(seconds=0.5, memory=150_000_000, patience=20, jobs=5, answer=3_000_000))
    yield made
    made.close()


def test_values_come_back_as_they_were() -> None:
    pieces: list[bytes] = []

    plain = flat(TREE, pieces)

    assert pieces == [b"\x00\xff", b""]
    assert rebuilt(Tree, plain, pieces) == TREE


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        [[["a", 7, None]], {}, ["x", 1.5], False],  # no such piece
        [[["a", -1, None]], {}, ["x", 1.5], False],
        [[["a", True, None]], {}, ["x", 1.5], False],
        [[[1, 0, None]], {}, ["x", 1.5], False],
        [[["a", 0, "yesterday"]], {}, ["x", 1.5], False],
        [[], {"a": "1"}, ["x", 1.5], False],
        [[], {}, ["x"], False],
        [[], {}, ["x", 1.5], 0],
        [[], [], ["x", 1.5], False],
        ["text", {}, ["x", 1.5], False],
        [[], {}, ["x", 1.5], False, "more"],
    ],
)
def test_another_shape_is_refused(plain: Any) -> None:
    with pytest.raises(Garbled):
        rebuilt(Tree, plain, [b"piece"])


def test_jobs_are_done_by_one_long_lived_child_and_then_by_another(workshop: Workshop) -> None:
    pids = [workshop.ask("pid", answer=int)[0] for _job in range(6)]

    assert len(set(pids[:5])) == 1
    assert pids[5] != pids[0]
    assert os.getpid() not in pids


def test_megabytes_go_both_ways(workshop: Workshop) -> None:
    content = os.urandom(2_000_000)

    assert workshop.ask("echo", content, answer=bytes)[0] == content


@pytest.mark.parametrize(
    ("job", "told"),
    [
        ("spin", "more than 0.5 s"),
        ("sleep_in_c", "more than 0.5 s"),
        ("hoard", "more than 150 MB"),
        ("hoard_slowly", "more than 150 MB"),
        ("abort", "more than 150 MB"),
        ("crash", "SIGSEGV"),
        ("flood", "more pieces or bytes"),
        ("lie", "makes no sense"),
    ],
)
def test_what_breaks_a_limit_is_told_and_harms_nobody_else(workshop: Workshop, job: str, told: str) -> None:
    with pytest.raises(Spent, match=told):
        workshop.ask(job, answer=int)

    assert workshop.ask("echo", b"next", answer=bytes)[0] == b"next"


def test_a_child_that_is_killed_or_does_not_answer_may_be_tried_again() -> None:
    impatient = Workshop("tests.base.sandbox_jobs", Limits(patience=3))

    with pytest.raises(Broken, match="ended"):
        impatient.ask("be_killed", answer=int)
    with pytest.raises(Broken, match="no answer within 3 s"):
        impatient.ask("wait", answer=int)
    assert impatient.children == []


def test_an_error_is_told_and_the_child_goes_on(workshop: Workshop) -> None:
    before = workshop.ask("pid", answer=int)[0]

    with pytest.raises(Failed, match="ValueError: no such hero"):
        workshop.ask("fail", answer=int)
    assert workshop.ask("pid", answer=int)[0] == before


def test_a_child_knows_no_secret_writes_no_file_and_opens_few(workshop: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", "of the desk")
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk:secret@db/desk")

    names = workshop.ask("environment", answer=tuple[str, ...])[0]

    assert not {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"} & set(names)
    with pytest.raises(Failed, match="File too large"):
        workshop.ask("write", str(tmp_path / "file"), answer=int)


FORKED = """
import os, sys
from helpdesk.base.sandbox import Workshop
own = Workshop("tests.base.sandbox_jobs")
here = own.ask("pid", answer=int)[0]
forked = os.fork()
if not forked:
    print("forked", own.ask("pid", answer=int)[0], flush=True)
    os._exit(0)
os.waitpid(forked, 0)
print("still", own.ask("pid", answer=int)[0], "first", here, flush=True)
sys.stdin.read()
"""


def test_a_fork_has_children_of_its_own_and_they_end_with_their_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", FORKED], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        _, forked = parent.stdout.readline().split()
        _, still, _, first = parent.stdout.readline().split()
        parent.kill()

    assert still == first != forked
    until = time.monotonic() + 20
    while any(lives(pid) for pid in (first, forked)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(lives(pid) for pid in (first, forked))


def lives(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
