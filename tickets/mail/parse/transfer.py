"""Content-Transfer-Encoding undone, also where it was done badly."""

from __future__ import annotations

import binascii
import re

BASE64_SIGNS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
BLANKS = b" \t\r\n\x0b\x0c"
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{2,}={0,2}[ \t\r]*\Z")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r?$", re.MULTILINE)


def decode_transfer(body: bytes, encoding: str) -> tuple[bytes, bytes, str | None]:
    """(content, plain text found after it, defect). What is not encoded as it claims is returned as it is: a person may still read it."""
    kind = re.sub(r"[^a-z0-9]", "", encoding.lower())
    if kind == "base64":
        return decode_base64(body)
    if kind == "quotedprintable":
        return binascii.a2b_qp(body), b"", None
    if kind in {"xuuencode", "uuencode", "xuue", "uue"}:
        files, rest = extract_uuencoded(body)
        return (files[0][1], rest.strip(), None) if files else (body, b"", "not uuencoded as it claims")
    return body, b"", None


def decode_base64(body: bytes) -> tuple[bytes, bytes, str | None]:
    """Base64 with lost padding, foreign signs, or a footer that a mailing list or a virus scanner wrote below it."""
    packed = body.translate(None, BLANKS)
    if not packed.translate(None, BASE64_SIGNS):
        return _padded(packed), b"", None if packed[:-2].find(b"=") < 0 else "base64 in several pieces"
    lines = body.split(b"\n")
    good = 0
    while good < len(lines) and (not lines[good].strip() or _BASE64_LINE.match(lines[good].strip())):
        good += 1
    head = b"".join(lines[:good]).translate(None, BLANKS)
    if not head:
        return body, b"", "not base64 as it claims"
    rest = b"\n".join(lines[good:]).strip()
    signs = rest.translate(None, BLANKS)
    if rest and len(signs.translate(None, BASE64_SIGNS)) * 20 < len(signs) and b" " not in rest:
        return _padded(packed.translate(None, _not_base64(packed))), b"", "foreign signs in base64"
    return _padded(head), rest, "text after base64"


def _not_base64(data: bytes) -> bytes:
    return bytes(set(data) - set(BASE64_SIGNS))


def _padded(packed: bytes) -> bytes:
    """Decodes pieces that each may end in padding; a single sign left over at the end carries no whole byte."""
    out = []
    for piece in re.findall(rb"[^=]+", packed):
        whole = piece if len(piece) % 4 != 1 else piece[:-1]
        out.append(binascii.a2b_base64(whole + b"=" * (-len(whole) % 4)))
    return b"".join(out)


def extract_uuencoded(body: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    """Files that were pasted into a text by uuencode, as (name, content), and the text without them."""
    files: list[tuple[str, bytes]] = []
    rest = []
    position = 0
    for begin in _UU_BEGIN.finditer(body):
        if begin.start() < position:
            continue
        end = re.compile(rb"^(?:end|====)\s*?$", re.MULTILINE).search(body, begin.end())
        if end is None:
            break
        content = _uu_lines(body[begin.end() : end.start()])
        if content is None:
            continue
        rest.append(body[position : begin.start()])
        files.append((begin[1].decode("utf-8", "replace").strip(), content))
        position = end.end()
    rest.append(body[position:])
    return files, b"".join(rest)


def _uu_lines(block: bytes) -> bytes | None:
    out = []
    for line in block.splitlines():
        if not line.strip() or line in {b"`", b" "}:
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            size = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:size]))
            except binascii.Error:
                return None
    return b"".join(out) if out else None
