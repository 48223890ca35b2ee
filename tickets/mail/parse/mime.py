"""A mail's bytes cut into its parts, without copying what is not asked for and without ever raising.

Own code instead of the standard library's feed parser for three reasons: it keeps the bytes of each part exactly as they came (a mail
inside a mail is a file of the ticket), it is bounded in depth and number, and it finds boundaries by searching instead of line by line,
which makes a mail with a video ten times faster. What a boundary is, and what a header is, follows RFC 2046 and 5322, with the
repairs that real mail programs make necessary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from tickets.mail.parse.charsets import decode
from tickets.mail.parse.headers import Headers, parameters
from tickets.mail.parse.limits import MAX_DEPTH, MAX_ENVELOPE_LINES, MAX_GUESSES, MAX_HEAD_BYTES, MAX_HEADERS, MAX_PARTS
from tickets.mail.parse.transfer import decode_transfer

_HEADER = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*(.*)", re.DOTALL)
_KNOWN_HEADER = re.compile(
    rb"(?:from|to|cc|bcc|subject|date|message-id|in-reply-to|references|reply-to|sender|return-path|received|mime-version|content-[a-z-]+"
    rb"|delivered-to|list-[a-z-]+|auto-submitted|precedence|user-agent|dkim-signature|x-[a-z0-9-]+):",
    re.IGNORECASE,
)
_HEADER_LINE = re.compile(
    rb"^(from|to|subject|date|message-id|received|return-path|mime-version|content-type|reply-to):", re.IGNORECASE | re.MULTILINE
)
_ESSENTIAL = {b"from", b"to", b"subject", b"date", b"message-id", b"received", b"return-path"}
_TYPE = re.compile(r"^\s*([a-z0-9!#$&^_.+-]+)\s*/\s*([a-z0-9!#$&^_.+-]+)")
_HTML = re.compile(rb"^\s*(?:<!doctype html|<html|<head|<body)", re.IGNORECASE)
_PAGE = re.compile(rb"^\s*<(?:\?xml|!doctype|html|head|body|div|p|table|span|font|center|meta)\b[^<>]*>", re.IGNORECASE)
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_EDGE = b" \t\r\n"


@dataclass(slots=True)
class Part:
    """One part. `body` is as sent, still encoded; `content()` undoes that. Multiparts have `children`, in order."""

    headers: Headers
    body: bytes
    default_type: str = "text/plain"
    children: list[Part] = field(default_factory=list)
    preamble: bytes = b""
    epilogue: bytes = b""
    type: str = ""
    params: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_params: dict[str, str] = field(default_factory=dict)
    _content: tuple[bytes, bytes, str | None] | None = None

    def __post_init__(self) -> None:
        value = self.headers.raw("content-type")
        if value:
            self.params = parameters(value)
            found = _TYPE.match(value[:200].decode("ascii", "replace").lower())
            self.type = f"{found[1]}/{found[2]}" if found else "text/plain"
        else:
            self.type = self.default_type
        self.disposition = self.headers.token("content-disposition")
        if self.disposition:
            self.disposition_params = parameters(b";" + self.headers.raw("content-disposition").partition(b";")[2])

    @property
    def maintype(self) -> str:
        return self.type.partition("/")[0]

    @property
    def name(self) -> str:
        """The file's name as the sender gave it, or ""."""
        return self.disposition_params.get("filename") or self.params.get("name", "")

    @property
    def content_id(self) -> str | None:
        return self.headers.raw("content-id").decode("ascii", "replace").strip().strip("<>").strip() or None

    def content(self) -> bytes:
        """The bytes with the transfer encoding undone."""
        return self._decoded()[0]

    def footer(self) -> bytes:
        """Plain text that somebody wrote below the encoded content."""
        return self._decoded()[1]

    def defect(self) -> str | None:
        """What was wrong with the transfer encoding, or None."""
        return self._decoded()[2]

    def _decoded(self) -> tuple[bytes, bytes, str | None]:
        if self._content is None:
            self._content = decode_transfer(self.body, self.headers.token("content-transfer-encoding"))
        return self._content


@dataclass(slots=True)
class Cutter:
    """Cuts one mail and counts its parts; `defects` tell what was wrong."""

    parts: int = 0
    defects: list[str] = field(default_factory=list)

    def mail(self, raw: bytes) -> Part:
        """The root part of a whole mail."""
        raw, preface = _without_preface(_bare(raw))
        if preface:
            self._note(f"words before the headers: {preface}")
        return self.part(raw, "text/plain", 0)

    def head(self, raw: bytes) -> tuple[Headers, bytes]:
        """A mail's headers and the rest, uncut."""
        return self._head(_bare(raw))

    def part(self, data: bytes, default_type: str, depth: int) -> Part:
        self.parts += 1
        headers, body = self._head(data)
        del data  # of a level only what is still to be cut is kept: thirty levels of a large mail would be thirty copies of it
        part = Part(headers, body, default_type)
        del body
        if depth == 0 and not headers.items and _PAGE.match(part.body):
            part.type = "text/html"
        if depth == 0 and not headers.items:
            self._note("no headers")
        if (
            part.maintype == "multipart"
            or "boundary" in part.params
            and part.body.count(b"--" + part.params["boundary"].encode("latin-1", "replace")) > 1
        ):
            self._multipart(part, depth)
        return part

    def _head(self, data: bytes) -> tuple[Headers, bytes]:
        """Headers up to the first empty line, or up to the first line that is none when that line was forgotten."""
        items: list[tuple[str, bytes]] = []
        name, value = "", [b""]
        position, far = 0, None
        while position < len(data):
            if position > MAX_HEAD_BYTES or len(items) >= MAX_HEADERS:
                self._note("too many headers")
                empty = _EMPTY_LINE.search(data, position - 1)
                position = empty.end() if empty else len(data)
                break
            end = data.find(b"\n", position)
            end = len(data) if end < 0 else end
            line = data[position:end].rstrip(b"\r")
            if not line:
                position = end + 1
                break
            header = _HEADER.match(line)
            if line[:1] in b" \t" and name:
                if not line.strip() and not _more_headers(data, end + 1):
                    position = end + 1
                    break
                value.append(line)
            elif header:
                if name:
                    items.append((name, b"".join(value).strip(_EDGE)))
                name, value = header[1].decode("ascii").lower(), [header[2]]
            elif name and (
                _more_headers(data, end + 1) or position < (far := _last_new_header(data, position, items) if far is None else far)
            ):
                self._note("header folded without a blank")
                value.append(b" " + line)
            else:
                if name:
                    self._note("no empty line after the headers")
                break
            position = end + 1
        if name:
            items.append((name, b"".join(value).strip(_EDGE)))
        if items and not any(_KNOWN_HEADER.match(each.encode() + b":") for each, _ in items):
            return Headers(), data
        return Headers(items), data[position:]

    def _multipart(self, part: Part, depth: int) -> None:
        boundary = part.params.get("boundary", "").encode("latin-1", "replace")
        body = part.body
        pieces = _pieces(body, boundary) if boundary else None
        if pieces is None and part.headers.token("content-transfer-encoding") in {"base64", "quoted-printable"}:
            part.body = body = part.content()
            part._content = (body, b"", None)
            pieces = _pieces(body, boundary) if boundary else None
        if pieces is None:
            self._note("boundary missing or not found")
            guessed = _guess_boundary(body)
            pieces = _pieces(body, guessed) if guessed else None
        if pieces is None:
            part.type = "text/html" if _HTML.match(body) else "text/plain"
            return
        part.preamble, found, part.epilogue, closed = pieces
        del pieces, body
        if not closed:
            self._note("multipart not closed")
        if depth >= MAX_DEPTH:
            self._note("parts nested too deeply")
            part.type = "application/octet-stream"
            return
        part.body, part._content = b"", None
        default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        found.reverse()
        while found:
            if self.parts >= MAX_PARTS:
                self._note("too many parts")
                rest = b"\n".join(reversed(found))
                part.children.append(Part(Headers([("content-type", b"application/octet-stream")]), rest))
                return
            part.children.append(self.part(found.pop(), default, depth + 1))

    def _note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)


def _bare(raw: bytes) -> bytes:
    """The mail from its first header on, with line ends that can be found."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    return _without_envelope(raw.removeprefix(b"\xef\xbb\xbf"))


def _without_envelope(raw: bytes) -> bytes:
    """Without the empty lines and the mbox line that programs put before the first header."""
    stripped = raw.lstrip(_EDGE)
    if stripped is not raw and len(raw) - len(stripped) < 200 and _HEADER.match(stripped[:200]) and _more_headers(stripped, 0):
        raw = stripped
    position = 0
    for _line in range(MAX_ENVELOPE_LINES):
        if not raw.startswith((b"From ", b">From "), position):
            break
        position = raw.find(b"\n", position) + 1 or len(raw)
    return raw[position:] if position else raw


def _without_preface(raw: bytes) -> tuple[bytes, str]:
    """Without the few lines that a form or a gateway wrote above the headers, and these lines. At least three headers must follow them."""
    position = 0
    for _ in range(6):
        line = raw[position : position + 400].partition(b"\n")[0]
        if _KNOWN_HEADER.match(line):
            break
        position += len(line) + 1
    following = raw[position : position + 4_000].split(b"\n\n")[0].split(b"\r\n\r\n")[0]
    names = {found[1].lower() for found in _HEADER_LINE.finditer(following)}
    if not position or _HEADER.match(raw[:400]) or len(names & _ESSENTIAL) < 3:
        return raw, ""
    return raw[position:], " ".join(decode(raw[: min(position, 600)]).split())[:200]


def _last_new_header(data: bytes, position: int, items: list[tuple[str, bytes]]) -> int:
    """Where, before the next empty line, the last header begins that mails have and this one has not shown yet, or -1.

    So it is known that a long header lost the blanks of its continuation lines, and that the head goes on behind it.
    """
    empty = _EMPTY_LINE.search(data, position, position + MAX_HEAD_BYTES)
    if empty is None:
        return -1
    seen = {name for name, _ in items}
    starts = [each.start() for each in _HEADER_LINE.finditer(data, position, empty.start()) if each[1].decode("ascii").lower() not in seen]
    return starts[-1] if starts else -1


def _more_headers(data: bytes, position: int) -> bool:
    """One of the next few lines, before an empty one, is a header that mails really have."""
    for line in data[position : position + 2_000].split(b"\n")[:6]:
        if not line.strip():
            return False
        if _KNOWN_HEADER.match(line):
            return True
    return False


def _pieces(body: bytes, boundary: bytes) -> tuple[bytes, list[bytes], bytes, bool] | None:
    """(preamble, parts, epilogue, closed) of a multipart's body, or None if the boundary never stands at the start of a line.

    Some programs write a closing boundary and go on with further parts: only the last close, with no opening after it, closes.
    Behind more boundaries than a mail may have parts, all is one last part.
    """
    marker = b"--" + boundary.rstrip()
    lines: list[tuple[int, int, bool]] = []
    position = body.find(marker)
    while position >= 0 and len(lines) <= 2 * MAX_PARTS:
        line_end = body.find(b"\n", position)
        line_end = len(body) if line_end < 0 else line_end
        tail = body[position + len(marker) : line_end].strip(_EDGE)
        if (position == 0 or body[position - 1 : position] in (b"\n", b"\r")) and tail in (b"", b"--"):
            lines.append((position, line_end + 1, tail == b"--"))
        position = body.find(marker, line_end)
    last_opening = max((index for index, (_, _, closing) in enumerate(lines) if not closing), default=-1)
    if last_opening < 0:
        return None
    closed = last_opening + 1 < len(lines) and position < 0
    lines = lines[: last_opening + 2]
    edges = [start for start, _, _ in lines[1:]] + ([] if closed else [len(body)])
    contents = [body[after : _before_line_end(body, edge, after)] for (_, after, _), edge in zip(lines, edges, strict=False)]
    return body[: lines[0][0]], contents, body[lines[-1][1] :] if closed else b"", closed


def _before_line_end(body: bytes, edge: int, start: int) -> int:
    """The line end before a boundary belongs to the boundary."""
    if edge < len(body) and edge > start and body[edge - 1 : edge] == b"\n":
        edge -= 1
        if edge > start and body[edge - 1 : edge] == b"\r":
            edge -= 1
    return max(edge, start)


def _guess_boundary(body: bytes) -> bytes:
    """The first line `--word` that stands in the body again, or closes it; only so many such lines are looked for."""
    found = re.finditer(rb"^--([^\s-][^\r\n]{2,69}?)[ \t]*\r?$", body[:20_000], re.MULTILINE)
    for line in islice(found, MAX_GUESSES):
        if body.find(b"--" + line[1], line.end()) >= 0:
            return line[1]
    return b""
