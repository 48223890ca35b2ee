"""A text as lines that know how deep they are quoted: the common ground of plain text and HTML."""

from __future__ import annotations

import re
from typing import NamedTuple

_QUOTE = re.compile(r"^[ \t]{0,2}((?:>[ \t]?)+)")


class Line(NamedTuple):
    """`depth` counts the quote levels, `signature` is true where the program marked the line as its signature or the start of it."""

    text: str
    depth: int = 0
    signature: bool = False

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def from_plain(text: str) -> list[Line]:
    """Lines of a plain text; the depth is the number of `>` before it."""
    return [nested(line) for line in text.split("\n")]


def nested(text: str, depth: int = 0, *, signature: bool = False) -> Line:
    """One line, its own `>` signs counted on top of `depth`."""
    quote = _QUOTE.match(text)
    if quote is None:
        return Line(text.rstrip(), depth, signature or text == "-- ")
    return Line(text[quote.end() :].rstrip(), depth + quote[1].count(">"), signature)


def render(lines: list[Line]) -> str:
    """Plain text again, at most two empty lines running, none at the edges."""
    out: list[str] = []
    for line in lines:
        text = (("> " * line.depth) + line.text).rstrip()
        if text or out[-2:] != ["", ""]:
            out.append(text)
    return "\n".join(out).strip("\n")
