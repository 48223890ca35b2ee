"""HTML of a mail as lines of text, quotes and signatures recognised by the marks that mail programs leave in it.

nh3 first makes a well-formed tree of whatever came (by the HTML rules, in Rust), so a small tokeniser suffices behind it.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

import nh3

from tickets.mail.parse.html_guard import is_hostile, stripped
from tickets.mail.parse.limits import MAX_HTML_CHARS
from tickets.mail.parse.lines import Line, from_plain, nested

_SENTENCE_TAGS = "a abbr b br cite code del em font i img ins q s small span strike strong sub sup tt u"
_BLOCK_TAGS = (
    "address article aside blockquote caption center dd details div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header li main nav ol p pre section summary table tbody tfoot thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_TAGS = {*_BLOCKS, *_SENTENCE_TAGS.split(), "hr", "td", "th"}
_SPACED = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre", "blockquote"}
_TOKEN = re.compile(r"<(/?)([a-z0-9]+)((?:\s+[^\s=>\"]+(?:=\"[^\"]*\")?)*)\s*/?>|([^<]+|<)")
_ATTRIBUTE = re.compile(r"([^\s=>\"]+)=\"([^\"]*)\"")
_BLANKS = re.compile(r"[ \t\r\n\x0b\x0c\u00a0\u2007\u202f]+")
_FILLERS = re.compile("[\u200b\ufeff\u00ad\u034f\u2060]")

_QUOTE_MARKS = re.compile(
    r"\b(?:x_|ecx)*(?:yahoo_quoted|OLK_SRC_BODY_SECTION|protonmail_quote|zmail_extra|tutanota_quote|mail-editor-reference-message-container"
    r"|ms-outlook-mobile-reference-message|OutlookMessageHeader|isReplyContent|isForwardContent|mailQuote|fsQuoteBody|ya-quote"
    r"|js-helper|reply-quote|mail_quote)\b"
)
"""An element so marked is a quote with all that is in it."""

_AFTER_MARKS = re.compile(r"\b(?:x_|ecx)*(?:divRplyFwdMsg|appendonsend|stopSpelling|zwchr|mailruQuoteStart|gmail_quote_start)\b")
"""From an element so marked to the end of the mail all is quote."""

_SIGNATURE_MARKS = re.compile(
    r"\b(?:x_|ecx)*(?:gmail_signature|moz-signature|AppleMailSignature|composer_signature|protonmail_signature_block"
    r"|ms-outlook-mobile-signature"
    r"|elementToProof_signature|mail-signature|signature-block|mailru-signature|js-signature|tutanota_signature)\b|^(?:x_)?Signature$"
)
_INDENT = re.compile(r"border(?:-left)?\s*:\s*(?:none|0)", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)


def html_lines(source: str) -> list[Line]:
    """Lines of an HTML body, with their quote depth; never raises."""
    source = source[:MAX_HTML_CHARS]
    if is_hostile(source):
        return from_plain(re.sub(r"\n{3,}", "\n\n", stripped(source)))
    safe = nh3.clean(
        source,
        tags=_TAGS,
        clean_content_tags={"script", "style", "title", "head", "noscript", "template"},
        attributes={
            "*": {"class", "id", "style", "data-signatureblock"},
            "a": {"href"},
            "img": {"alt"},
            "blockquote": {"type", "cite"},
        },
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    writer = _Writer()
    for closing, name, attributes, text in _TOKEN.findall(safe):
        if text:
            writer.text(text)
        elif closing:
            writer.close(name)
        else:
            writer.open(name, dict(_ATTRIBUTE.findall(attributes)) if attributes else {})
    return writer.finish()


@dataclass(slots=True)
class _Element:
    name: str
    quote: bool = False
    signature: bool = False
    hidden: bool = False
    pre: bool = False
    tight: bool = False
    href: str = ""
    start: int = 0


@dataclass(slots=True)
class _Writer:
    """Writes lines while tags open and close."""

    lines: list[Line] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    stack: list[_Element] = field(default_factory=list)
    depth: int = 0
    signature: int = 0
    hidden: int = 0
    pre: int = 0
    rest_is_quote: int = 0
    lists: list[int] = field(default_factory=list)

    def open(self, name: str, attributes: dict[str, str]) -> None:
        if name == "br":
            self._end_line(keep_blank=True)
            return
        if name == "hr":
            self._after_mark(attributes)
            self._blank_line()
            return
        if name == "img":
            self._picture(attributes.get("alt", ""))
            return
        element = _describe(name, attributes)
        self._space_before("div" if element.tight else name)
        self._after_mark(attributes)
        element.start = len(self.pieces)
        self.stack.append(element)
        self.depth += element.quote
        self.signature += element.signature
        self.hidden += element.hidden
        self.pre += element.pre
        if name in {"ul", "ol"}:
            self.lists.append(0 if name == "ul" else 1)
        elif name == "li":
            self._bullet()

    def close(self, name: str) -> None:
        if not self.stack or self.stack[-1].name != name:
            return
        element = self.stack[-1]
        if element.href:
            self._link(element)
        if element.tight:
            self._end_line(keep_blank=True)
        else:
            self._space_before(name)
        self.stack.pop()
        self.depth -= element.quote
        self.signature -= element.signature
        self.hidden -= element.hidden
        self.pre -= element.pre
        if name in {"ul", "ol"} and self.lists:
            self.lists.pop()

    def text(self, text: str) -> None:
        if self.hidden:
            return
        text = _FILLERS.sub("", html.unescape(text))
        if self.pre:
            first, *others = text.split("\n")
            self.pieces.append(first)
            for line in others:
                self._end_line(keep_blank=True)
                self.pieces.append(line)
            return
        text = _BLANKS.sub(" ", text)
        if text and (text != " " or self.pieces):
            self.pieces.append(text)

    def finish(self) -> list[Line]:
        self._end_line()
        return self.lines

    def _after_mark(self, attributes: dict[str, str]) -> None:
        mark = f"{attributes.get('id', '')} {attributes.get('class', '')}"
        if not self.rest_is_quote and mark != " " and _AFTER_MARKS.search(mark):
            self._end_line()
            self.rest_is_quote = 1

    def _picture(self, alt: str) -> None:
        alt = _BLANKS.sub(" ", html.unescape(alt)).strip()[:200]
        if alt and not self.hidden:
            self.pieces.append(alt if len(alt) <= 4 and not alt.isascii() else f"[{alt}]")

    def _bullet(self) -> None:
        number = self.lists[-1] if self.lists else 0
        if number:
            self.lists[-1] += 1
        self.pieces.append(f"{number}. " if number else "- ")

    def _link(self, element: _Element) -> None:
        """The address behind a link whose words do not tell it."""
        words = "".join(self.pieces[element.start :]).strip() if element.start <= len(self.pieces) else ""
        if words and element.href.rstrip("/").removeprefix("https://").removeprefix("http://") not in words:
            self.pieces.append(f" <{element.href}>")

    def _space_before(self, name: str) -> None:
        if name in {"td", "th"}:
            if self.pieces and self.pieces[-1] != "  ":
                self.pieces.append("  ")
        elif name in _SPACED:
            self._blank_line()
        elif name in _BLOCKS:
            self._end_line()

    def _blank_line(self) -> None:
        self._end_line()
        if self.lines and not self.lines[-1].blank:
            self.lines.append(Line("", self._depth(), bool(self.signature)))

    def _end_line(self, *, keep_blank: bool = False) -> None:
        line = "".join(self.pieces)
        line = line.rstrip() if self.pre else line.strip()
        self.pieces.clear()
        if line or keep_blank:
            self.lines.append(nested(line, self._depth(), signature=bool(self.signature)))

    def _depth(self) -> int:
        return max(self.depth, self.rest_is_quote)


def _describe(name: str, attributes: dict[str, str]) -> _Element:
    """What an opening tag means for the text in it."""
    if not attributes:
        return _Element(name, quote=name == "blockquote", pre=name == "pre")
    style = attributes.get("style", "")
    marks = f"{attributes.get('class', '')} {attributes.get('id', '')}"
    if name == "blockquote":
        quote = attributes.get("type") == "cite" or "quote" in marks or not _INDENT.search(style)
    else:
        quote = bool(_QUOTE_MARKS.search(marks))
    href = attributes.get("href", "")
    return _Element(
        name,
        quote=quote,
        signature="data-signatureblock" in attributes or any(_SIGNATURE_MARKS.search(mark) for mark in marks.split()),
        hidden=bool(style) and bool(_HIDDEN.search(style)),
        pre=name == "pre",
        tight=name == "p" and "MsoNormal" in marks,
        href=html.unescape(href) if href.startswith("http") and len(href) < 2_000 else "",
    )
