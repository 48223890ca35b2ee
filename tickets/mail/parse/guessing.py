"""In which encoding bytes are written that no label explains: chardet names the likely ones, the letters decide between them.

chardet alone knows languages by pairs of bytes and is right for nearly every sentence, less so for a word. So each encoding that mails
come in is tried too: how well the result reads (`letters`), in the languages of the studio's games first, is weighed with chardet's word.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Sequence
from typing import NamedTuple

import chardet

from tickets.mail.parse.letters import cost

SAMPLE = 1_500
"""Bytes that are looked at: the first lines that hold more than ASCII."""

CANDIDATES = {  # and how much rarer than the first ones mails are written in it, in the costs of `letters`
    "cp1252": 0.0, "cp1251": 0.0, "cp1250": 0.1, "cp1253": 0.1, "cp1254": 0.2, "cp1255": 0.1, "cp1256": 0.2, "cp1257": 0.4,
    "cp1258": 2.5, "iso8859-2": 0.2, "iso8859-4": 1.2, "iso8859-5": 0.8, "iso8859-6": 0.5, "iso8859-7": 0.2, "iso8859-8": 0.4,
    "iso8859-9": 0.3, "iso8859-13": 0.6, "iso8859-15": 0.3, "koi8-r": 0.2, "koi8-u": 0.3, "cp866": 0.8, "cp850": 1.2, "cp852": 1.2,
    "mac-roman": 1.5, "mac-cyrillic": 1.2, "cp874": 0.3, "cp932": 0.2, "euc_jis_2004": 0.3, "gb18030": 0.2, "big5hkscs": 0.3, "cp949": 0.2,
}  # fmt: skip
_FAR = 0.002  # of the best one's confidence: what chardet does not name at all
_WEIGHT = 2.0
_LINE = re.compile(rb"[^\n]*[\x80-\xff][^\n]*\n?")


class Guess(NamedTuple):
    """`cost` and `language` as `letters` has them; `letters` counts the bytes beyond ASCII that were looked at."""

    codec: str
    cost: float
    language: str
    letters: int


def guess(data: bytes, languages: Sequence[str] = ()) -> Guess | None:
    """The likeliest encoding of these 8-bit bytes; None where none of those in use can read them."""
    sample = sample_of(data)
    letters = sum(byte > 0x7F for byte in sample)
    if not letters:
        return None
    confidence = _confidence(sample)
    highest = max(confidence.values(), default=1.0) or 1.0
    found: Guess | None = None
    lowest = float("inf")
    readings: dict[str, tuple[float, str]] = {}
    for codec, rarity in CANDIDATES.items():
        text = read_sample(sample, codec)
        if text is None:
            continue
        if text not in readings:
            readings[text] = cost(text, languages)
        price, language = readings[text]
        told = -math.log(max(confidence.get(codec, 0.0) / highest, _FAR))
        total = price + rarity + _WEIGHT * told
        if total < lowest:
            lowest, found = total, Guess(codec, price, language, letters)
    return found


def sample_of(data: bytes) -> bytes:
    """The first lines with bytes beyond ASCII."""
    if len(data) <= SAMPLE:
        return data
    pieces, size = [], 0
    for line in _LINE.finditer(data):
        pieces.append(line[0][: SAMPLE - size])
        size += len(pieces[-1])
        if size >= SAMPLE:
            break
    return b"".join(pieces)


def read_sample(sample: bytes, codec: str) -> str | None:
    """The sample's text, or None where it cannot be in this encoding. A letter cut at the end of the sample is no fault of the encoding."""
    try:
        return codecs.getincrementaldecoder(codec)("strict").decode(sample, final=len(sample) < SAMPLE)
    except (UnicodeError, ValueError, LookupError):
        return None


def _confidence(sample: bytes) -> dict[str, float]:
    named = chardet.detect_all(sample, ignore_threshold=True, compat_names=False, include_encodings=CANDIDATES)
    return {str(each["encoding"]): float(each["confidence"] or 0.0) for each in named if each["encoding"]}
