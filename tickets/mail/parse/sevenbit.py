"""Encodings that hide their letters in seven bits: ISO-2022-JP in all its kinds, ISO-2022-KR, HZ and UTF-7."""

from __future__ import annotations

import re

from tickets.mail.parse.labels import strictly
from tickets.mail.parse.letters import cost

_ESCAPE = re.compile(rb"\x1b(\([BJI]|\$[@B]|\$\([@BD])|[\x0e\x0f]")
_JAPANESE = re.compile(rb"\x1b\$(?:[@B]|\([@BD])|\x1b\(I")
_KOREAN = b"\x1b$)C"
_HZ = re.compile(rb"~\{(?:[!-w][!-~]){1,400}~\}")
_SHIFTED = re.compile(rb"\+([A-Za-z0-9/]{3,})-")


def decode_seven_bits(data: bytes, codec: str | None) -> tuple[str, str, str] | None:
    """(text, codec, why) where the bytes hold such letters, by their escape signs or by their label; None for plain ASCII."""
    if b"\x1b" in data:
        if data.count(_KOREAN) and (text := strictly(data, "iso2022_kr")) is not None:
            return text, "iso2022_kr", "by its escape signs"
        if _JAPANESE.search(data):
            return japanese(data), "iso2022_jp", "by its escape signs"
    if codec == "hz" or _HZ.search(data):
        text = strictly(data, "hz")
        if text is not None and (codec == "hz" or _is_chinese(text)):
            return text, "hz", "by its label" if codec == "hz" else "by its signs ~{ and ~}"
    if codec == "utf-7" or codec in {None, "ascii"} and _is_utf7(data):
        text = strictly(data, "utf-7")
        if text is not None:
            return text, "utf-7", "by its label" if codec == "utf-7" else "its shifted letters are UTF-7"
    if codec is not None and codec.startswith("iso2022") and (text := strictly(data, codec)) is not None:
        return text, codec, "by its label"
    return None


def japanese(data: bytes) -> str:
    """ISO-2022-JP with what programs put into it beyond the standard: circled numbers, Roman ones, half-width kana.

    Pairs of bytes are rewritten as Shift-JIS and read by Microsoft's table, which has them all; what is damaged becomes U+FFFD.
    """
    out: list[str] = []
    mode, position = b"(B", 0
    for found in _ESCAPE.finditer(data):
        out.append(_run(data[position : found.start()], mode))
        position = found.end()
        mode = found[1] or (b"(I" if found[0] == b"\x0e" else b"(B")
    out.append(_run(data[position:], mode))
    return "".join(out)


def _run(data: bytes, mode: bytes) -> str:
    if mode == b"(I":
        return bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in data).decode("cp932", "replace")
    if mode == b"$(D":
        return _pairs(data, supplement=True)
    if mode.startswith(b"$"):
        return _pairs(data, supplement=False)
    return data.decode("ascii", "replace")


def _pairs(data: bytes, *, supplement: bool) -> str:
    """Letters of two bytes each; a line ends the damage of a lost one."""
    out: list[str] = []
    for line in re.split(rb"([\r\n\t ]+)", data):
        pairs = zip(line[::2], line[1::2], strict=False)
        if not line.strip():
            out.append(line.decode("ascii", "replace"))
        elif supplement:
            out.append(b"".join(bytes((0x8F, one | 0x80, two | 0x80)) for one, two in pairs).decode("euc_jp", "replace"))
        else:
            out.append(b"".join(_shifted(one, two) for one, two in pairs).decode("cp932", "replace"))
        if len(line) % 2 and line.strip():
            out.append("\ufffd")
    return "".join(out)


def _shifted(one: int, two: int) -> bytes:
    """A pair of JIS X 0208 as Shift-JIS."""
    lead = (one - 0x21) // 2 + 0x81
    lead += 0x40 if lead > 0x9F else 0
    trail = two + (0x1F if two < 0x60 else 0x20) if one % 2 else two + 0x7E
    return bytes((lead & 0xFF, trail & 0xFF))


def _is_chinese(text: str) -> bool:
    """Two characters or more, most of them in daily use."""
    beyond = sum(sign > "\x7f" for sign in text[:2_000])
    price, language = cost(text[:2_000], ("zh",))
    return beyond > 1 and language.startswith("zh") and price < 7.5 * beyond


def _is_utf7(data: bytes) -> bool:
    """Two shifted letters or more, each of which is one: a plus before a word in a text is no sign of it."""
    runs = _SHIFTED.findall(data[:20_000])
    if len(runs) < 2:
        return False
    texts = [strictly(b"+" + run + b"-", "utf-7") for run in runs]
    return all(text and text.isalpha() and not text.isascii() for text in texts)
