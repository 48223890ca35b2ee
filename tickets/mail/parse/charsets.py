"""Bytes to text when the label is missing, unknown or wrong.

Valid UTF-8 with letters beyond ASCII is UTF-8 whatever the label says: other encodings practically never form it by chance. A label is
believed where it decodes and the result looks like writing; Cyrillic under a Latin label, or KOI8 under a Windows label, is noticed by
how the letters fall. Nothing here raises and no byte disappears: what cannot be decoded is shown as U+FFFD.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from charset_normalizer import from_bytes

from helpdesk.base.text import clean

ALIASES = {
    "ansi": "cp1252",
    "ascii": "ascii",
    "us-ascii": "ascii",
    "ansi_x3.4-1968": "ascii",
    "latin1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "win-1251": "cp1251",
    "windows1251": "cp1251",
    "cp-1251": "cp1251",
    "x-cp1251": "cp1251",
    "windows-cp1251": "cp1251",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "x-koi8-r": "koi8-r",
    "x-mac-cyrillic": "mac-cyrillic",
    "macintosh": "mac-roman",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode": "utf-16",
}
NO_CHARSETS = {"rot13", "rot-13", "hex", "base64", "bz2", "zlib", "uu", "quopri", "punycode", "idna", "undefined", "charmap", "mbcs", "oem"}
CYRILLIC = ("cp1251", "koi8-r", "cp866", "mac-cyrillic")
LATIN = {"cp1252", "iso8859-1", "iso8859-15", "ascii", "cp1250", "iso8859-2", "cp1254", "mac-roman"}
MULTIBYTE = {"gb18030", "big5", "big5hkscs", "cp932", "euc_jp", "cp949", "euc_kr", "gb2312", "gbk", "shift_jis"}
COMMON_RUSSIAN = set("оеаинтсрвлкмдпуяыьгзбч")
RARE_IN_CYRILLIC_TEXT = re.compile(
    r"[а-яё][А-ЯЁ]|[А-Яа-яЁё][^\sА-Яа-яЁё.,:;!?()\"'«»—–0-9\-/<>]|[^\sА-Яа-яЁё.,:;!?()\"'«»—–0-9\-/<>][А-Яа-яЁё]"
)
SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
HIGH_RUNS = re.compile(rb"[\x80-\xff]{3,}")
WIDE = {"utf-16", "utf-32", "utf-16-le", "utf-16-be"}
SAMPLE = 8_000


@lru_cache(maxsize=512)
def codec_for(label: str | None) -> str | None:
    """The Python codec that a charset label means, or None for a missing or unknown one."""
    if not label:
        return None
    name = label.strip().strip("\"'<>;").lower().removeprefix("charset=").replace(" ", "")
    name = ALIASES.get(name, name)
    if name in NO_CHARSETS or "escape" in name or len(name) > 40:
        return None
    try:
        found = codecs.lookup(name)
        if not found._is_text_encoding:
            return None
        "a".encode(found.name)
    except (LookupError, ValueError, UnicodeError):
        return None
    return ALIASES.get(found.name, found.name)


def decode(data: bytes, label: str | None = None) -> str:
    """The text of these bytes, cleaned of NUL and lone surrogates."""
    codec = codec_for(label)
    return clean(_decode(data, codec))


def _decode(data: bytes, codec: str | None) -> str:
    if data.isascii():
        return _plain_ascii(data, codec)
    if (text := _by_mark(data) or _as_utf8(data, codec)) is not None:
        return text
    if codec in WIDE and b"\x00" not in data:
        codec = None
    if codec not in {None, "utf-8"} and (text := _declared(data, codec)) is not None:
        return _correct_cyrillic(data, codec, text)
    damaged = data.decode("utf-8", "replace")
    return damaged if codec in {None, "utf-8"} and _is_damaged_utf8(damaged, believed=codec == "utf-8") else guess(data)


def _plain_ascii(data: bytes, codec: str | None) -> str:
    """Seven bits may still be Japanese, UTF-7 or UTF-16, but only if the label says so."""
    if b"\x1b" in data or b"\x00" in data or codec in {"utf-7", "hz"}:
        return _declared(data, codec) or data.decode("ascii")
    return data.decode("ascii")


def _as_utf8(data: bytes, codec: str | None) -> str | None:
    text = _strictly(data, "utf-8")
    if text is None:
        return _with_surrogates(data) if SURROGATE.search(data) else None
    return _prefer_multibyte(data, codec) or text


def _with_surrogates(data: bytes) -> str | None:
    """UTF-8 in which a program wrote each half of a pair by itself (CESU-8), as some do with every emoji."""
    try:
        return data.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    except UnicodeError:
        return None


def guess(data: bytes) -> str:
    """Text of 8-bit bytes that carry no usable label and are not UTF-8."""
    sample = data[:SAMPLE]
    codec, score = best_cyrillic(sample)
    if score > 0.55 and _mostly_runs(sample):
        return data.decode(codec, "replace")
    if not _mostly_runs(sample):
        return data.decode("cp1252", "replace")
    match = from_bytes(sample, steps=3).best()
    name = codec_for(match.encoding) if match else None
    if name and (text := _strictly(data, name)) is not None:
        return text
    if score > 0.35:
        return data.decode(codec, "replace")
    return data.decode("cp1252", "replace")


def best_cyrillic(sample: bytes) -> tuple[str, float]:
    """The Cyrillic encoding that makes most sense of the bytes, and how much sense: 0 to 1."""
    scored = [(cyrillic_sense(sample.decode(codec, "replace")), codec) for codec in CYRILLIC]
    score, codec = max(scored, key=lambda pair: pair[0])
    return codec, score


def cyrillic_sense(text: str) -> float:
    """How much a text looks like Russian writing: common letters, no capitals inside words, no foreign signs among letters."""
    high = [sign for sign in text if sign > "\x7f"]
    if not high:
        return 0.0
    common = sum(sign.lower() in COMMON_RUSSIAN for sign in high)
    odd = len(RARE_IN_CYRILLIC_TEXT.findall(text))
    capitals = sum(sign.isupper() for sign in high)
    penalty = odd + (0.3 * capitals if capitals > len(high) * 0.6 else 0)
    return max(0.0, (common - 2 * penalty) / len(high))


def _by_mark(data: bytes) -> str | None:
    for mark, codec in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return _strictly(data[len(mark) :], codec)
    return None


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None


def _declared(data: bytes, codec: str | None) -> str | None:
    """The text by its label; a few damaged characters in a multi-byte text do not make the label a lie."""
    if codec is None:
        return None
    text = _strictly(data, codec)
    if text is None and codec in MULTIBYTE | {"cp1251", "cp1252", "koi8-r"}:
        lenient = data.decode(codec, "replace")
        if lenient.count("\ufffd") <= max(1, len(lenient) // 50):
            return lenient
    return text


def _prefer_multibyte(data: bytes, codec: str | None) -> str | None:
    """Two or three East Asian letters can be valid UTF-8 by chance; then the label decides."""
    if codec in MULTIBYTE and sum(byte > 0x7F for byte in data[:200]) <= 4:
        return _strictly(data, codec or "")
    return None


def _correct_cyrillic(data: bytes, codec: str | None, text: str) -> str:
    """Cyrillic letters under a Latin or another Cyrillic label are read as what they are."""
    if codec not in LATIN and codec not in CYRILLIC and codec != "iso8859-5":
        return text
    sample = data[:SAMPLE]
    best, score = best_cyrillic(sample)
    if codec in LATIN:
        wrong = score > 0.6 and _mostly_runs(sample)
    else:
        wrong = best != codec and score > 0.5 and score > 2 * cyrillic_sense(text[:SAMPLE])
    return data.decode(best, "replace") if wrong else text


def _mostly_runs(sample: bytes) -> bool:
    """Letters beyond ASCII stand in whole words, as in Russian, not single among others, as in German."""
    high = sum(byte > 0x7F for byte in sample)
    in_runs = sum(len(run) for run in HIGH_RUNS.findall(sample))
    return in_runs > high * 0.6


def _is_damaged_utf8(text: str, *, believed: bool) -> bool:
    """Bytes were lost or cut in a text that is UTF-8 otherwise; a label that says so is believed sooner."""
    broken = text.count("\ufffd")
    whole = sum(sign > "\x7f" for sign in text) - broken
    return whole > (1 if believed else 3) * broken
