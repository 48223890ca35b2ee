"""Plain text as it may be stored."""

from __future__ import annotations

import re
import unicodedata

_FORBIDDEN = re.compile(r"[\x00\ud800-\udfff]")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANK = re.compile(r"\s+")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Without NUL, lone surrogates and control characters, which PostgreSQL or a terminal would choke on; line ends are \\n."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text.replace("\x00", "")))


def one_line(text: str, limit: int = 200) -> str:
    """The text on one line, cut at `limit` characters with an ellipsis; for subjects, names and gists.

    Without the signs that turn the direction of what follows: `gpj.exe` would be read as `exe.jpg`, and a row as its neighbour's.
    """
    line = _BLANK.sub(" ", _TURNING.sub("", clean(text))).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def fold(text: str) -> str:
    """For comparing names and addresses: NFKC, case folded, trimmed."""
    return unicodedata.normalize("NFKC", clean(text)).strip().casefold()
