"""Plain text as it may be stored."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import get_language

_FORBIDDEN = re.compile(r"[\x00\ud800-\udfff]")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
JOINER = "\N{WORD JOINER}"
_ACTIVE = re.compile(r"""[*_`]+|//|(?<=\])\(|(?<=[^\W\d_]\.)(?=[^\W\d_])|^(?=[-+>]|\d{1,3}[.)])""")
_BLANK = re.compile(r"\s+")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INNER = {"en": {"“": "‘", "”": "’"}, "ru": {"«": "„", "»": "“"}}  # quotation marks of the second kind, by those of the first
_LOW = re.compile("(„[^„“”]*“)")  # a quotation whose last mark is the first of an English one


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


def reason_of(error: BaseException, limit: int = 300) -> str:
    """What went wrong, its kind first, on one line: as a row keeps it and the administrators' pages and the log say it."""
    return one_line(f"{type(error).__name__}: {error}", limit)


def literal(words: str) -> str:
    """Words of others (a player's name, a subject) for a place inside a text of ours: on one line, and nothing in them is markup or a link.

    A word joiner, which nobody sees, stands where a mark, a list or an address would begin. The names of hosts are parted too, for mail
    programs make links of them by themselves.
    """
    line = " ".join(words.split())
    return _ACTIVE.sub(lambda found: f"{JOINER}{found[0]}", line)


def fold(text: str) -> str:
    """For comparing names and addresses: NFKC, case folded, trimmed."""
    return unicodedata.normalize("NFKC", clean(text)).strip().casefold()


def inside(quoted: str) -> str:
    """Somebody's words as they stand between our quotation marks: their own are of the second kind then, so that none is doubled."""
    marks = str.maketrans(_INNER.get((get_language() or "")[:2], {}))
    return "".join(part if _LOW.fullmatch(part) else part.translate(marks) for part in _LOW.split(quoted))
