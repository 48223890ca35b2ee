"""An HTML body without what is no text in it: style sheets, scripts, and pictures that stand in it as `data:` addresses.

They are taken out before anything is cut for its length, so that words behind a megabyte of them are kept. Each scanner goes forward
only, however the page is built.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from tickets.mail.parse.limits import MAX_DATA_BYTES, MAX_PARTS

_OPENING = re.compile(r"<(style|script)(?=[\s>/])", re.IGNORECASE)
_CLOSING = {name: re.compile(rf"</{name}(?=[\s>/])", re.IGNORECASE) for name in ("style", "script")}
_DATA = re.compile(r"data:([a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60})?((?:;[a-z0-9=._-]{1,60}){0,4}),", re.IGNORECASE)
_BARE_END = re.compile(r"[\s>\"')]")
_ENDS = {'"': '"', "'": "'", "(": ")"}


class Picture(NamedTuple):
    """What stood in the page as a `data:` address; `content_id` is how the page names it now."""

    content_id: str
    declared: str
    content: bytes


class Page(NamedTuple):
    """`left_out` counts bytes of `data:` addresses that were too many to be read."""

    html: str
    pictures: tuple[Picture, ...]
    left_out: int


def lighten(html: str, *, first: int = 1) -> Page:
    """The page with its style sheets and scripts gone and its `data:` addresses turned into files that it names by `cid:`.

    They are numbered from `first` on, so that those of several pages of one mail differ.
    """
    return _without_data(_without_styles(html), first)


def _without_styles(html: str) -> str:
    out: list[str] = []
    done = position = 0
    open_ended: set[str] = set()
    while opening := _OPENING.search(html, position):
        name = opening[1].lower()
        position = opening.end()
        if name in open_ended:
            continue
        closing = _CLOSING[name].search(html, position)
        end = html.find(">", closing.end()) if closing else -1
        if end < 0:
            open_ended.add(name)
            continue
        out.append(html[done : opening.start()])
        done = position = end + 1
    return "".join([*out, html[done:]]) if out else html


def _without_data(html: str, first: int) -> Page:
    if "data:" not in html and "DATA:" not in html:
        return Page(html, (), 0)
    out: list[str] = []
    known: dict[bytes, Picture] = {}
    done = spent = left_out = 0
    for found in _DATA.finditer(html):
        before = html[found.start() - 1 : found.start()]
        if found.start() < done or before not in {'"', "'", "(", "="}:
            continue
        end = _end(html, found.end(), _ENDS.get(before, ""))
        if end - found.end() < 8:
            continue
        out.append(html[done : found.start()])
        done = end
        if spent + end - found.end() > MAX_DATA_BYTES or len(known) >= MAX_PARTS:
            left_out += end - found.end()
            continue
        spent += end - found.end()
        content = _content(html[found.end() : end], encoded="base64" in found[2].lower())
        picture = known.setdefault(content, Picture(f"data-{first + len(known)}@mail", (found[1] or "text/plain").lower(), content))
        out.append(f"cid:{picture.content_id}")
    return Page("".join([*out, html[done:]]) if out else html, tuple(known.values()), left_out)


def _end(html: str, position: int, closing: str) -> int:
    if closing:
        end = html.find(closing, position)
        return len(html) if end < 0 else end
    bare = _BARE_END.search(html, position)
    return bare.start() if bare else len(html)


def _content(text: str, *, encoded: bool) -> bytes:
    """The bytes behind the address; those that are not encoded as they claim are kept as they stand."""
    raw = unquote_to_bytes(text.encode("utf-8", "replace"))
    if not encoded:
        return raw
    packed = b"".join(raw.split()).replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
    try:
        return base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return raw
