"""The folder where one desk keeps everything of its own, the lock on it, and its secrets."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from pathlib import Path
from typing import IO

from helpdesk.dev.errors import DevError
from helpdesk.dev.undertaker import end_marked

ROOT = Path(__file__).resolve().parents[2]  # the checkout
LOCAL_DIR = Path(os.environ.get("LOCAL_DIR", ROOT / ".local"))  # what this machine keeps of it


class DataDir:
    """A data folder. Only who holds its lock may start or change what lies in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.logs = self.folder / "log"
        self.mark = f"{self.folder}|{secrets.token_hex(8)}"  # of the processes that this supervisor starts
        self._lock: IO[str] | None = None

    def take(self, what: str = "a command") -> None:
        """Make the folder and lock it for `what`; somebody else's desk on it is a `DevError`. The lock goes when this process goes.

        What a crash left running there is ended: we have the lock, so it is nobody's.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = (self.folder / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise DevError(f"A desk already runs on {self.folder} ({self.holder()}). `make demo-stop` ends it.") from None
        self._lock = lock
        lock.truncate(0)
        lock.write(f"{what}, process {os.getpid()}")
        lock.flush()
        end_marked(f"{self.folder}|")

    def leave(self) -> None:
        if self._lock is not None:
            self._lock.truncate(0)
            self._lock.close()
            self._lock = None

    def holder(self) -> str:
        """Who holds the lock, ending in the number of his process; "" when nobody does."""
        try:
            with (self.folder / "lock").open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return ""
        except BlockingIOError:
            return (self.folder / "lock").read_text() or "it is just starting"
        return ""

    def secret(self, name: str) -> str:
        """A secret of this folder, made once."""
        known = self.read("secrets.json")
        if name not in known:
            known[name] = secrets.token_urlsafe(48)
            self.write("secrets.json", known)
        return known[name]

    def read(self, name: str) -> dict[str, str]:
        with contextlib.suppress(FileNotFoundError, ValueError, TypeError):
            return dict(json.loads((self.folder / name).read_text()))
        return {}

    def write(self, name: str, what: dict[str, str]) -> None:
        """Whole or not at all, readable by us alone."""
        fresh = self.folder / f".{name}.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(what, indent=1))
        fresh.replace(self.folder / name)
