"""HTML that would cost seconds or gigabytes to parse by the HTML rules, noticed before it is tried."""

from __future__ import annotations

import html
import re

from tickets.mail.parse.limits import MAX_HTML_DEPTH, MAX_HTML_ENTITIES, MAX_HTML_REPEATS

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_FORMATS = {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
_CLOSED_BY_OTHERS = {
    "br",
    "img",
    "hr",
    "input",
    "meta",
    "link",
    "col",
    "area",
    "base",
    "wbr",
    "source",
    "p",
    "li",
    "td",
    "tr",
    "th",
    "dd",
    "dt",
    "option",
}
_INVISIBLE = re.compile(r"<(script|style|head|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_BREAKS = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h\d|/?blockquote|/?table)\b[^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")


def is_hostile(text: str) -> bool:
    """Nested or unclosed so far, or so full of entities, that parsing grows with the square of the length."""
    if text.count("&") > MAX_HTML_ENTITIES:
        return True
    tags = text.count("<")
    if tags < 50:
        return False
    depth = deepest = formats = most_formats = 0
    for closing, name in _TAG.findall(text.lower()):
        if name in _CLOSED_BY_OTHERS:
            continue
        step = -1 if closing else 1
        depth = max(0, depth + step)
        deepest = max(deepest, depth)
        if name in _FORMATS:
            formats = max(0, formats + step)
            most_formats = max(most_formats, formats)
    return deepest > MAX_HTML_DEPTH or most_formats * tags > MAX_HTML_REPEATS


def stripped(text: str) -> str:
    """The readable text of such a page, without understanding its structure."""
    text = _INVISIBLE.sub(" ", text)
    text = _ANY_TAG.sub("", _BREAKS.sub("\n", text))
    return html.unescape(text)
