"""What `make demo` and `make test` need of the machine: made where we may, else one sentence that says what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from helpdesk.dev import account, packages
from helpdesk.dev.data_dir import ROOT
from helpdesk.dev.errors import DevError
from helpdesk.dev.postgres import OTHERWISE, PostgresServer

SCRIPT = ROOT / "helpdesk" / "dev" / "venv.sh"


def set_up(python: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    requirements = folder / "dev.txt"
    requirements.write_text("no-such-package-of-ours==1.0\n")
    return subprocess.run(
        ["sh", str(SCRIPT), python, str(folder / "venv"), str(requirements)],
        capture_output=True, text=True, check=False, cwd=folder, timeout=240,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder)} | variables,
    )  # fmt: skip


def pretend(folder: Path, *, version: str, code: int) -> str:
    """A Python of another version: `-V` says so, everything else ends with `code`."""
    path = folder / "python-pretended"
    path.write_text(f'#!/bin/sh\n[ "$1" = -V ] && echo "Python {version}"\nexit {code}\n')
    path.chmod(0o755)
    return str(path)


def test_an_older_python_is_named_with_the_way_out(tmp_path):
    done = set_up(pretend(tmp_path, version="3.9.2", code=1), tmp_path)

    assert done.returncode == 1
    assert "Helpdesk needs Python 3.11 or newer" in done.stderr
    assert "Python 3.9.2" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_no_python_at_all(tmp_path):
    done = set_up("python-that-is-not-there", tmp_path)

    assert done.returncode == 1
    assert "There is no python-that-is-not-there here" in done.stderr


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "venv").symlink_to("/proc")  # where not even root may write

    done = set_up(sys.executable, tmp_path)

    assert done.returncode == 1
    assert "Nothing can be written into /proc: it is read-only" in done.stderr
    assert "python3-venv" not in done.stderr
    assert done.stdout == ""


def test_no_network_is_a_sentence_and_not_a_traceback(tmp_path):
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").symlink_to(sys.executable)  # one that works, so only the fetching is left to do

    done = set_up(sys.executable, tmp_path, PIP_INDEX_URL="http://127.0.0.1:1/simple", PIP_RETRIES="0")

    assert done.returncode == 1
    assert "Is this machine on the network?" in done.stderr
    assert "Traceback" not in done.stderr


def test_packages_that_cannot_be_installed_stop_the_tests_with_one_line(monkeypatch):
    monkeypatch.setattr(packages, "missing", lambda: ["chromium", "gettext"])
    monkeypatch.setattr(packages, "_how_to_become_root", lambda: None)
    monkeypatch.setattr(packages.shutil, "which", lambda name: "/usr/bin/apt-get")

    with pytest.raises(DevError, match="sudo apt-get install -y --no-install-recommends chromium gettext"):
        packages.packages()


def test_a_machine_that_has_everything_is_left_alone(monkeypatch):
    monkeypatch.setattr(packages, "missing", list)
    monkeypatch.setattr(packages.subprocess, "run", lambda *words, **more: pytest.fail("nothing may be run"))

    packages.packages()


def test_packages_are_missing_when_their_programs_are():
    assert packages.missing({"a-shell": ("sh",), "a-wonder": ("wonder-program",)}) == ["a-wonder"]


def test_a_disk_without_room_is_a_sentence_before_anything_starts(tmp_path, monkeypatch):
    server = PostgresServer(tmp_path, 1, "x", tmp_path / "log")
    monkeypatch.setattr("helpdesk.dev.postgres.ROOM_NEEDED", 10**18)

    with pytest.raises(DevError, match=r"No space is left on the disk of .*nothing that was saved is lost"):
        server.prepare()


def test_root_lends_the_server_an_ordinary_user_and_nobody_else_does(monkeypatch, tmp_path):
    monkeypatch.setattr(account.os, "geteuid", lambda: 1000)
    assert account.server_account(tmp_path, OTHERWISE) is None

    monkeypatch.setattr(account.os, "geteuid", lambda: 0)
    monkeypatch.setattr(account.Account, "runs", lambda who, *argv: True)
    monkeypatch.delenv(account.VARIABLE, raising=False)
    found = account.server_account(tmp_path / "not there yet", OTHERWISE)
    assert found is not None
    assert found.uid != 0


@pytest.mark.parametrize("wanted", ["root", "nobody-of-this-name"])
def test_a_server_user_who_cannot_serve_is_refused(monkeypatch, tmp_path, wanted):
    monkeypatch.setattr(account.os, "geteuid", lambda: 0)
    monkeypatch.setenv(account.VARIABLE, wanted)

    with pytest.raises(DevError, match=f"“{wanted}”, which is no ordinary user"):
        account.server_account(tmp_path / "data", OTHERWISE)


def test_a_root_that_may_become_nobody_is_told_about_database_url(monkeypatch, tmp_path):
    monkeypatch.setattr(account.os, "geteuid", lambda: 0)
    monkeypatch.setattr(account.Account, "runs", lambda who, *argv: False)
    monkeypatch.delenv(account.VARIABLE, raising=False)

    with pytest.raises(DevError, match="set DATABASE_URL"):
        account.server_account(tmp_path / "data", OTHERWISE)


def test_help_lists_every_command_that_is_meant_for_people():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    for name in ("demo", "demo-stop", "demo-reset", "test", "check", "lint", "bench", "shell"):
        assert f"make {name} " in shown
