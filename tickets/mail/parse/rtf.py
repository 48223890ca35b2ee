"""The words of a rich text (RTF), and its packed form in `winmail.dat` (MS-OXRTFCP)."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from tickets.mail.parse.charsets import codec_for
from tickets.mail.parse.limits import MAX_TEXT_CHARS

_PREFILLED = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans Serif"
    b"SymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_MOST = 4 * MAX_TEXT_CHARS
_TOKEN = re.compile(rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.IGNORECASE)
_SIGNS = {b"par": "\n", b"line": "\n", b"row": "\n", b"cell": "\t", b"tab": "\t", b"emdash": "—", b"endash": "–", b"lquote": "‘",
          b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•"}  # fmt: skip
_ESCAPES = {b"~": "\u00a0", b"_": "-", b"-": "", b"\n": "\n", b"\r": "\n"}
_NO_WORDS = {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"generator", b"themedata"}


def unpacked(data: bytes) -> bytes:
    """The rich text itself; b"" where the bytes are neither packed nor stored one."""
    if len(data) < 16:
        return b""
    _packed, size, kind, _sum = struct.unpack_from("<II4sI", data)
    if kind == b"MELA":
        return data[16 : 16 + size]
    if kind != b"LZFu":
        return b""
    window = bytearray(_PREFILLED.ljust(4_096, b" "))
    place, position, out = len(_PREFILLED), 16, bytearray()
    while position < len(data) and len(out) < _MOST:
        control = data[position]
        position += 1
        for bit in range(8):
            if control >> bit & 1:
                if position + 2 > len(data):
                    return bytes(out)
                pair = int.from_bytes(data[position : position + 2])
                position += 2
                offset, length = pair >> 4, (pair & 15) + 2
                if offset == place:
                    return bytes(out)
                run = [0] * length
                for index in range(length):
                    run[index] = window[place] = window[(offset + index) % 4_096]
                    place = (place + 1) % 4_096
                out.extend(run)
            elif position < len(data):
                window[place] = data[position]
                place = (place + 1) % 4_096
                out.append(data[position])
                position += 1
    return bytes(out)


def rtf_text(data: bytes) -> str:
    """The words, line by line; formatting, fonts and pictures left out."""
    writer = _Writer()
    for word, number, code, sign, brace, text in _TOKEN.findall(data[:_MOST]):
        if brace:
            writer.brace(brace)
        elif sign == b"*" or word in _NO_WORDS:
            writer.hidden = True
        elif word:
            writer.word(word, int(number or 0), given=bool(number))
        elif not writer.hidden:
            writer.letters(code, sign, text)
    return "".join(writer.finish()).encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


@dataclass(slots=True)
class _Writer:
    """`skip`: how many letters behind one that came by its number only stand in for it; `ignore`: how many of them are still to come."""

    out: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    stack: list[tuple[bool, int]] = field(default_factory=list)
    hidden: bool = False
    skip: int = 1
    ignore: int = 0
    codec: str = "cp1252"

    def brace(self, brace: bytes) -> None:
        if brace == b"{":
            self.stack.append((self.hidden, self.skip))
        else:
            self.hidden, self.skip = self.stack.pop() if self.stack else (False, 1)

    def word(self, word: bytes, number: int, *, given: bool) -> None:
        if word == b"ansicpg":
            self.codec = codec_for(f"cp{number}") or self.codec
        elif word == b"uc":
            self.skip = number if given else 1
        elif not self.hidden and word == b"u":
            self._write(chr(number % 0x10000))
            self.ignore = self.skip
        elif not self.hidden:
            self._write(_SIGNS.get(word, ""))

    def letters(self, code: bytes, sign: bytes, text: bytes) -> None:
        if code:
            if self.ignore:
                self.ignore -= 1
            else:
                self.pending.append(int(code, 16))
        elif sign:
            self._write(_ESCAPES.get(sign, sign.decode("latin-1")))
        else:
            self._write(text[self.ignore :].decode(self.codec, "replace"))
            self.ignore = max(0, self.ignore - len(text))

    def finish(self) -> list[str]:
        self._write("")
        return self.out

    def _write(self, text: str) -> None:
        """Bytes that came by their number are a letter only together with those behind them."""
        if self.pending:
            self.out.append(self.pending.decode(self.codec, "replace"))
            self.pending.clear()
        self.out.append(text)
