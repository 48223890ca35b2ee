"""The mails on disk, newest first: what the players got, and what they wrote from here. A restart finds them again."""

from __future__ import annotations

import json
import logging
import re
import secrets
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from helpdesk.base import clock
from helpdesk.dev.catcher.reading import Letter, read

KEPT = 3000  # mails; older ones go
NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}\Z")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One mail in the list. `way` is "in" for what a player got and "out" for what he wrote; `players` are his side of it."""

    key: str
    at: datetime
    way: str
    sender: str
    recipients: list[str]
    subject: str = ""
    correspondent: str = ""
    preview: str = ""
    attachments: int = 0

    @property
    def players(self) -> list[str]:
        return self.recipients if self.way == "in" else [self.sender]


@dataclass
class Store:
    """All mails of one folder. Safe for several threads."""

    folder: Path
    kept: int = KEPT
    _entries: list[Entry] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def open(self) -> Store:
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(self.folder.glob("*.json")):
            try:
                row = json.loads(path.read_text())
                self._entries.append(Entry(**row | {"at": datetime.fromisoformat(row["at"])}))
            except (ValueError, TypeError, KeyError, OSError):
                logger.warning("%s is not readable and is left out", path)
        return self

    def add(self, raw: bytes, *, way: str, sender: str, recipients: Sequence[str]) -> Entry:
        """Keep a mail. The raw bytes are on disk when this returns; the oldest beyond the limit are gone."""
        letter = _read(raw)
        other = letter.sender if way == "in" else next(iter(letter.to), ("", ""))
        with self._lock:
            at = clock.now()
            entry = Entry(
                key=f"{at:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}",
                at=at,
                way=way,
                sender=sender.lower(),
                recipients=[address.lower() for address in recipients],
                subject=letter.subject,
                correspondent=other[0] or other[1],
                preview=letter.preview,
                attachments=len(letter.shown_attachments),
            )
            self._path(entry.key, "eml").write_bytes(raw)
            self._path(entry.key, "json").write_text(json.dumps(asdict(entry) | {"at": at.isoformat()}, ensure_ascii=False))
            self._entries.append(entry)
            while len(self._entries) > self.kept:
                self._remove(self._entries.pop(0))
        return entry

    def latest(self, *, mailbox: str = "", before: str = "", limit: int = 60) -> list[Entry]:
        """Newest first; of one player's mailbox; older than `before`."""
        wanted = mailbox.strip().lower()
        with self._lock:
            entries = self._entries[::-1]
        found = (entry for entry in entries if (not wanted or wanted in entry.players) and (not before or entry.key < before))
        return [entry for entry, _ in zip(found, range(limit), strict=False)]

    def newest(self) -> str:
        with self._lock:
            return self._entries[-1].key if self._entries else ""

    def mailboxes(self) -> list[tuple[str, int]]:
        """Every player's address with how many mails it has, the latest written to first."""
        counts: dict[str, int] = {}
        with self._lock:
            for entry in self._entries[::-1]:
                for address in entry.players:
                    counts[address] = counts.get(address, 0) + 1
        return list(counts.items())

    def get(self, key: str) -> tuple[Entry, bytes] | None:
        if not NAME.match(key):
            return None
        with self._lock:
            entry = next((each for each in self._entries if each.key == key), None)
        try:
            return (entry, self._path(key, "eml").read_bytes()) if entry else None
        except FileNotFoundError:
            return None

    def _path(self, key: str, ending: str) -> Path:
        return self.folder / f"{key}.{ending}"

    def _remove(self, entry: Entry) -> None:
        for ending in ("eml", "json"):
            self._path(entry.key, ending).unlink(missing_ok=True)


def _read(raw: bytes) -> Letter:
    """A mail that cannot be read is kept all the same: its source can be looked at."""
    try:
        return read(raw)
    except (LookupError, ValueError, TypeError, AttributeError):
        logger.warning("a mail could not be read; it is kept as it came")
        return Letter("(unreadable)", ("", ""), [], [], None, "", "", "", "", "", "", [], [])
