"""The mails on disk, a file each: what the players got ("in"), and what they wrote from here ("out"). A restart finds them again.

A file's name tells its moment and its way; two headers before all others carry the envelope, as where a mail server delivers.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from helpdesk.base import clock
from tickets.mail.parse import ParsedMail, parse_mail

KEPT = 3000  # mails; older ones go
MOMENT = "%Y%m%dT%H%M%S%f"
ENVELOPE = "Return-Path: <{}>\nDelivered-To: {}\n"


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail. `players` are their side of it, folded to lower case; `key` names it in addresses."""

    path: Path
    at: datetime
    way: str
    players: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.path.stem

    @property
    def raw(self) -> bytes:
        return self.path.read_bytes()

    @property
    def mail(self) -> ParsedMail:
        return _read(self.path)


def keep(raw: bytes, *, way: str, sender: str, recipients: Sequence[str]) -> str:
    """The new mail's key. It is on disk, whole, when this returns, and the oldest beyond the limit are gone. Raises OSError."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{clock.now():{MOMENT}}-{way}-{secrets.token_hex(4)}.eml"
    fresh = path.with_suffix(".part")
    fresh.write_bytes(ENVELOPE.format(sender, ", ".join(recipients)).encode() + raw)
    fresh.rename(path)
    for old in sorted(folder.glob("*.eml"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path.stem


def kept() -> list[Kept]:
    """All mails, newest first."""
    return [_entry(path) for path in sorted(_folder().glob("*.eml"), reverse=True)]


def get(key: str) -> Kept | None:
    path = _folder() / f"{key}.eml"
    return _entry(path) if path.is_file() else None


@lru_cache(maxsize=KEPT)
def _entry(path: Path) -> Kept:
    """By the file's name and its first two lines: files never change."""
    with path.open("rb") as file:
        sender, recipients = (file.readline().decode(errors="replace").partition(": ")[2].strip().lower() for _line in range(2))
    moment, way, _random = path.stem.split("-")
    players = tuple(recipients.split(", ")) if way == "in" else (sender.strip("<>"),)
    return Kept(path, datetime.strptime(moment, MOMENT).replace(tzinfo=UTC), way, players)


@lru_cache(maxsize=256)
def _read(path: Path) -> ParsedMail:
    return parse_mail(path.read_bytes())


def _folder() -> Path:
    return Path(settings.LOCAL_DIR) / "mailbox"
