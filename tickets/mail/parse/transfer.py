"""Content-Transfer-Encoding undone, also where it was done badly."""

from __future__ import annotations

import binascii
import re
from itertools import islice

from tickets.mail.parse.limits import MAX_FOOTER_BYTES, MAX_PIECES

BASE64_SIGNS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
BLANKS = b" \t\r\n\x0b\x0c"
_OTHER_LINE = re.compile(rb"^(?![ \t\r]*(?:[A-Za-z0-9+/]{2,}={0,2})?[ \t\r]*$)", re.MULTILINE)  # neither base64 nor empty
_UU_END = re.compile(rb"^(?:end|====)[ \t\r]*$", re.MULTILINE)
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
        if packed.find(b"=", 0, -2) < 0:
            return _padded(packed), b"", None
        return _padded(packed), b"", "too much to decode" if packed.count(b"=") > 2 * MAX_PIECES else "base64 in several pieces"
    other = _OTHER_LINE.search(body)
    good = other.start() if other else len(body)
    head = body[:good].translate(None, BLANKS)
    if not head:
        return body, b"", "not base64 as it claims"
    rest = body[good : good + MAX_FOOTER_BYTES].strip()
    signs = rest.translate(None, BLANKS)
    if rest and len(signs.translate(None, BASE64_SIGNS)) * 20 < len(signs) and b" " not in rest:
        return _padded(packed.translate(None, _not_base64(packed))), b"", "foreign signs in base64"
    return _padded(head), rest, "too much to decode" if len(body) - good > MAX_FOOTER_BYTES else "text after base64"


def _not_base64(data: bytes) -> bytes:
    return bytes(set(data) - set(BASE64_SIGNS))


def _padded(packed: bytes) -> bytes:
    """Decodes pieces that each may end in padding, so many of them; a single sign left over at the end carries no whole byte."""
    out = []
    for found in islice(re.finditer(rb"[^=]+", packed), MAX_PIECES):
        piece = found[0]
        whole = piece if len(piece) % 4 != 1 else piece[:-1]
        out.append(binascii.a2b_base64(whole + b"=" * (-len(whole) % 4)))
    return b"".join(out)


def extract_uuencoded(body: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    """Files that were pasted into a text by uuencode, as (name, content), and the text without them."""
    files: list[tuple[str, bytes]] = []
    rest = []
    position = 0
    left = 2 * len(body)  # a block that is none is not looked at again from each `begin` inside it
    for begin in islice(_UU_BEGIN.finditer(body), MAX_PIECES):
        if begin.start() < position:
            continue
        end = _UU_END.search(body, begin.end())
        if end is None or left <= 0:
            break
        left -= end.end() - begin.end()
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
