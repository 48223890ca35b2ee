"""The folder where one desk keeps everything of its own, the lock on it, and its secrets."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from pathlib import Path
from typing import Any

from helpdesk.dev.processes import born, end_orphan
from helpdesk.dev.trouble import Trouble

ROOT = Path(__file__).resolve().parents[2]  # the checkout


class Place:
    """A data folder. Only who holds its lock may start or change what lies in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.logs = self.folder / "log"
        self._lock: int | None = None

    def take(self) -> None:
        """Make the folder and lock it; somebody else's desk on it is `Trouble`. The lock goes when this process goes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 200).decode(errors="replace").strip()
            os.close(handle)
            raise Trouble(f"A desk already runs on {self.folder} ({holder or 'it is just starting'}). `make demo-stop` ends it.") from None
        self._lock = handle
        self.say_who(f"process {os.getpid()}")
        self.end_left_over()

    def say_who(self, line: str) -> None:
        """What a second one is told about the first."""
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, line.encode(), 0)

    def leave(self) -> None:
        if self._lock is not None:
            (self.folder / "running.json").unlink(missing_ok=True)
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    @property
    def taken(self) -> bool:
        """Whether some process, ours or another, holds the lock."""
        if self._lock is not None:
            return True
        try:
            handle = os.open(self.folder / "lock", os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def remember(self, pids: dict[str, tuple[int, int]]) -> None:
        """Write down who runs, `name: (pid, stop signal)`, so that a later start can end what a crash left."""
        rows = {name: {"pid": pid, "signal": number, "born": born(pid)} for name, (pid, number) in pids.items()}
        self._write("running.json", {"supervisor": {"pid": os.getpid(), "born": born(os.getpid())}, "parts": rows})

    def end_left_over(self) -> list[str]:
        """End what an earlier supervisor of this folder left running; the names of what was found. We hold the lock, so it is nobody's."""
        parts: dict[str, Any] = self.read("running.json").get("parts", {})
        return [name for name, row in parts.items() if row["born"] and end_orphan(row["pid"], row["born"], row["signal"])]

    def supervisor(self) -> int | None:
        """The process that holds this place, when it still lives."""
        who = self.read("running.json").get("supervisor")
        if who and who["born"] and (now := born(who["pid"])) is not None and abs(now - who["born"]) < 1:
            return int(who["pid"])
        return None

    def secret(self, name: str) -> str:
        """A secret of this place, made once."""
        known = self.read("secrets.json")
        if name not in known:
            known[name] = secrets.token_urlsafe(48)
            self._write("secrets.json", known)
        return str(known[name])

    def read(self, name: str) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / name).read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write_environment(self, env: dict[str, str]) -> None:
        """`environment` is what `make shell` and other commands read to reach the running desk."""
        self._write("environment.json", env)

    def _write(self, name: str, what: dict[str, Any]) -> None:
        """Whole or not at all, readable by us alone."""
        path = self.folder / name
        fresh = path.with_name(f".{name}.{os.getpid()}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(what, file, indent=1)
        fresh.replace(path)
