"""Bytes to text when the label is missing, unknown or wrong.

Valid UTF-8 with letters beyond ASCII is UTF-8 whatever the label says: other encodings practically never form it by chance. Any other
label that decodes is believed, and overruled only where a sentence or more reads far better otherwise (`letters`); a few letters are
never evidence enough. Without a usable label the bytes are guessed (`guessing`). Nothing here raises and no byte disappears: what cannot
be decoded is shown as U+FFFD.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from helpdesk.base.text import clean
from tickets.mail.parse.guessing import SAMPLE, Guess, guess, read_sample, sample_of
from tickets.mail.parse.labels import codec_for, strictly, wider
from tickets.mail.parse.letters import cost
from tickets.mail.parse.sevenbit import decode_seven_bits

__all__ = ["Reading", "codec_for", "decode", "read"]

MULTIBYTE = {"gb18030", "big5", "big5hkscs", "cp950", "cp932", "euc_jp", "cp949", "euc_kr", "gb2312", "gbk", "shift_jis", "johab"}
SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
WIDE = {"utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"}
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = re.compile("[\x80-\x9f]")
FEW = 12
"""So many bytes beyond ASCII are "a few letters": they prove no label wrong."""
FEW_KINDS = 4
"""So few different ones are no writing, however often they come: a row of `¤` is an ornament."""
PLAUSIBLE = 3.3
"""A labelled text that costs no more for each such byte reads well enough that no other is tried."""
STRONG = 20.0
STRONG_EACH = 1.2
"""How much better another reading must be to overrule a label, in all and for each byte beyond ASCII (see `letters`)."""


JUDGEMENTS = 60
_left: ContextVar[list[int] | None] = ContextVar("judgements_left", default=None)


@contextmanager
def patience(judgements: int = JUDGEMENTS) -> Iterator[None]:
    """Within it so many texts are judged by their letters, each some milliseconds; the others are read as they are labelled.

    A head may hold thousands of encoded words, each with a label of its own.
    """
    token = _left.set([judgements])
    try:
        yield
    finally:
        _left.reset(token)


def _may_judge() -> bool:
    left = _left.get()
    if left is None:
        return True
    left[0] -= 1
    return left[0] >= 0


class Reading(NamedTuple):
    """A text, the codec it was read by and why by this one."""

    text: str
    codec: str
    why: str


def decode(data: bytes, label: str | None = None, languages: Sequence[str] = ()) -> str:
    """The text of these bytes, cleaned of NUL and lone surrogates."""
    return read(data, label, languages).text


def read(data: bytes, label: str | None = None, languages: Sequence[str] = ()) -> Reading:
    """As `decode`, with the reason. `languages` (ISO codes) are the writer's likely ones; they decide what a few letters leave open."""
    found = _read(data, codec_for(label), languages)
    return found._replace(text=clean(found.text))


def charset_of(data: bytes, languages: Sequence[str] = ()) -> str | None:
    """The likely codec of bytes that are neither ASCII nor UTF-8, to read each piece of them by; None for all others."""
    if data.isascii() or strictly(data, "utf-8") is not None:
        return None
    return _guessed(data, None, languages).codec


def _read(data: bytes, codec: str | None, languages: Sequence[str]) -> Reading:
    if data.isascii():
        return _seven_bits(data, codec)
    return (
        _by_mark(data)
        or _valid_utf8(data, codec)
        or _wide(data, codec, languages)
        or _by_label(data, codec, languages)
        or _guessed(data, codec, languages)
    )


def _seven_bits(data: bytes, codec: str | None) -> Reading:
    """Seven bits may still be Japanese, Korean, UTF-7 or UTF-16."""
    if b"\x00" in data and (wide := _wide(data, codec, ())) is not None:
        return wide
    if (found := decode_seven_bits(data, codec)) is not None:
        return Reading(*found)
    return Reading(data.decode("ascii"), "ascii", "ASCII")


def _valid_utf8(data: bytes, codec: str | None) -> Reading | None:
    text = strictly(data, "utf-8")
    if text is None and SURROGATE.search(data):
        text = _with_surrogates(data)
    if text is None:
        return None
    if (told := _by_chance_utf8(data, codec)) is not None:
        return Reading(told, str(codec), "by its label")
    return Reading(text, "utf-8", "valid UTF-8")


def _with_surrogates(data: bytes) -> str | None:
    """UTF-8 in which a program wrote each half of a pair by itself (CESU-8), as some do with every emoji."""
    try:
        return data.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    except UnicodeError:
        return None


def _by_chance_utf8(data: bytes, codec: str | None) -> str | None:
    """Two or three East Asian or Thai letters can be valid UTF-8 by chance; then the label decides."""
    if codec in MULTIBYTE | {"cp874"} and sum(byte > 0x7F for byte in data[:200]) <= 4:
        return strictly(data, str(codec))
    return None


def _by_mark(data: bytes) -> Reading | None:
    for mark, codec in MARKS:
        if data.startswith(mark) and (text := strictly(data[len(mark) :], codec)) is not None:
            return Reading(text, codec, "by its byte order mark")
    return None


def _wide(data: bytes, codec: str | None, languages: Sequence[str]) -> Reading | None:
    """UTF-16 and UTF-32 without a mark, by the label or because every second byte is zero: in the byte order that reads better."""
    if codec not in WIDE and not is_wide(data):
        return None
    size = 4 if "32" in str(codec) or data[:SAMPLE].count(0) * 2 > len(data[:SAMPLE]) else 2
    readings = []
    for name in (f"utf-{size * 8}-le", f"utf-{size * 8}-be"):
        text = strictly(data[: len(data) // size * size], name)
        if text is not None:
            price = cost(text, languages)[0] + 8.0 * text[:SAMPLE].count("\x00")
            readings.append((price + (5.0 if codec in WIDE and codec in {"utf-16-le", "utf-16-be"} - {name} else 0.0), text, name))
    price, text, name = min(readings, default=(0.0, "", ""))
    if not text or price > 7.0 * len(text[:SAMPLE]):
        return None
    return Reading(text, name, "by its label" if codec in WIDE else "every second byte is zero")


def is_wide(data: bytes) -> bool:
    """Every second byte is zero, nearly: UTF-16 of a text in Latin letters."""
    head = data[:SAMPLE]
    zeros = head.count(0)
    return zeros * 3 >= max(len(head), 1) and max(head[::2].count(0), head[1::2].count(0)) * 10 >= zeros * 9


def _by_label(data: bytes, codec: str | None, languages: Sequence[str]) -> Reading | None:
    """The labelled text, unless a sentence or more reads far better in another encoding; None where the label cannot be right."""
    text = None if codec is None or codec in WIDE | {"ascii", "utf-8", "utf-7"} else _declared(data, codec)
    if codec is None or text is None:
        return None
    believed = Reading(text, codec, "by its label")
    sample = sample_of(data)
    letters = sum(byte > 0x7F for byte in sample)
    if letters <= FEW or len({byte for byte in sample if byte > 0x7F}) <= FEW_KINDS or not _may_judge():
        return believed
    price, _ = cost(read_sample(sample, codec) or text[:SAMPLE], languages)
    if price < PLAUSIBLE * letters:
        return believed
    other = guess(data, languages)
    if other is None or price - other.cost < max(STRONG, STRONG_EACH * letters):
        return believed
    better = data.decode(other.codec, "replace")
    return believed if better == text else Reading(better, other.codec, f"not {codec}, as it says: {_told(other)}")


def _declared(data: bytes, codec: str) -> str | None:
    """The text by its label, or by a wider encoding that usually hides behind it; a few damaged characters do not make it a lie."""
    texts = [text for each in (codec, *wider(codec)) if (text := strictly(data, each)) is not None]
    if texts:
        return next((text for text in texts if not _CONTROLS.search(text)), texts[0])
    lenient = data.decode(codec, "replace")
    return lenient if lenient.count("\ufffd") <= max(1, len(lenient) // 50) else None


def _guessed(data: bytes, codec: str | None, languages: Sequence[str]) -> Reading:
    found = guess(data, languages) if _may_judge() else None
    if codec in {None, "ascii", "utf-8"} and _is_damaged_utf8(data, found, believed=codec == "utf-8"):
        return Reading(data.decode("utf-8", "replace"), "utf-8", "UTF-8 with damaged letters")
    label = "no usable label" if codec is None else f"not {codec}, as it says"
    if found is not None:
        return Reading(data.decode(found.codec, "replace"), found.codec, f"{label}: {_told(found)}")
    return Reading(data.decode("cp1252", "replace"), "cp1252", f"{label}, and no encoding fits")


def _told(found: Guess) -> str:
    return f"its {found.letters} bytes beyond ASCII read as {found.language or 'signs'}"


def _is_damaged_utf8(data: bytes, other: Guess | None, *, believed: bool) -> bool:
    """Bytes were lost or cut in a text that is UTF-8 otherwise; a label that says so is believed sooner."""
    text = sample_of(data).decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(sign > "\x7f" for sign in text) - broken
    return whole > (1 if believed else 3) * broken and (other is None or cost(text)[0] < other.cost + STRONG / 2)
