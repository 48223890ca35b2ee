"""Headers as they come: folded wrongly, in raw 8-bit, as encoded words cut in the middle of a letter, with parameters in pieces."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from helpdesk.base.text import clean
from tickets.mail.parse.charsets import decode
from tickets.mail.parse.limits import MAX_HEADER_BYTES, MAX_MESSAGE_ID_BYTES, MAX_NAME_CHARS, MAX_PARAMETER_BYTES

ENCODED_WORD = re.compile(rb"=\?([\w.:+()-]{1,40})(?:\*[\w-]{0,20})?\?([bBqQ])\?(.{0,4000}?)\?=", re.DOTALL)
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # would show `gpj.exe` as `exe.jpg`
_BLANKS = re.compile(r"[ \t\r\n\x0b\x0c]+")
_ANGLED = re.compile(rb"<([^<>]{1,2000})>")
_PARAMETER = re.compile(rb';\s*([^\s=;"]{1,80})\s*=\s*(?:"((?:[\x81-\xfe]\\(?=")|[^"\\]|\\.)*)"?|([^;]*))', re.DOTALL)
_ESCAPED = re.compile(rb"(?<![\x81-\xfe])\\(.)")  # a backslash behind a high byte may be half of an East Asian letter
_SECTION = re.compile(r"^([^*]+)\*(?:(\d{1,3})(\*)?)?$")
_COMMENT = re.compile(r"\([^()]*\)")


class Headers:
    """The headers of one part in their order; names in lower case, values as raw bytes, unfolded."""

    __slots__ = ("items",)

    def __init__(self, items: Iterable[tuple[str, bytes]] = ()) -> None:
        self.items = list(items)

    def raw(self, name: str) -> bytes:
        """The first header of that name, or b""."""
        for each, value in self.items:
            if each == name:
                return value
        return b""

    def raw_all(self, name: str) -> list[bytes]:
        """All of that name (in small letters) as they came, in their order."""
        return [value for each, value in self.items if each == name]

    def __contains__(self, name: object) -> bool:
        return any(each == name for each, _ in self.items)

    def text(self, name: str, charset: str | None = None, languages: Sequence[str] = ()) -> str:
        """The first header of that name in readable form, on one line."""
        return decode_words(self.raw(name), charset, languages)

    def texts(self, name: str) -> list[str]:
        return [decode_words(value) for value in self.raw_all(name)]

    def token(self, name: str) -> str:
        """The first word of a structured header in lower case, without comment and parameters: `auto-replied`, `base64`."""
        value = _COMMENT.sub("", self.raw(name)[:1_000].decode("ascii", "replace"))
        return value.partition(";")[0].strip().strip('"').strip().lower()


def decode_words(value: bytes, charset: str | None = None, languages: Sequence[str] = ()) -> str:
    """A header's value as text: encoded words joined before they are decoded, raw 8-bit guessed, blanks folded to one."""
    value = value[:MAX_HEADER_BYTES]
    if b"=?" not in value:
        return _flat(decode(value, charset, languages))
    pieces: list[str] = []
    pending: list[bytes] = []
    label = ""
    position = 0
    for word in ENCODED_WORD.finditer(value):
        between = value[position : word.start()]
        position = word.end()
        word_label = word[1].decode("ascii", "replace").lower()
        if pending and (between.strip() or word_label != label):
            pieces.append(decode(b"".join(pending), label))
            pending = []
        if between.strip() or not pieces and not pending:
            pieces.append(decode(between, charset, languages))
        label = word_label
        pending.append(_word_bytes(word[2], word[3]))
    if pending:
        pieces.append(decode(b"".join(pending), label))
    pieces.append(decode(value[position:], charset, languages))
    return _flat("".join(pieces))


def _word_bytes(kind: bytes, text: bytes) -> bytes:
    if kind in b"qQ":
        return binascii.a2b_qp(text.replace(b"\r", b"").replace(b"\n", b""), header=True)
    packed = re.sub(rb"[^A-Za-z0-9+/]", b"", text)
    if len(packed) % 4 == 1:
        packed = packed[:-1]
    return binascii.a2b_base64(packed + b"=" * (-len(packed) % 4))


def _flat(text: str) -> str:
    return clean(_BLANKS.sub(" ", text)).replace("\n", " ").strip()


def parameters(value: bytes, charset: str | None = None, languages: Sequence[str] = ()) -> dict[str, str]:
    """Parameters of a Content-Type or Content-Disposition, RFC 2231 pieces joined, encoded words tolerated.

    Raw bytes are in `charset`; without it they are not guessed, for a single name tells too little.
    """
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for found in _PARAMETER.finditer(value[:MAX_PARAMETER_BYTES]):
        name = found[1].decode("ascii", "replace").lower()
        quoted = found[2] is not None
        data = _ESCAPED.sub(rb"\1", found[2]) if quoted else found[3].strip()
        section = _SECTION.match(name)
        if section is None:
            plain.setdefault(name, decode_words(data, charset, languages) if charset or b"=?" in data else _flat(_unguessed(data)))
        else:
            number = int(section[2] or 0)
            encoded = section[2] is None or section[3] is not None
            sections.setdefault(section[1], {}).setdefault(number, (data, encoded))
    for name, pieces in sections.items():
        plain[name] = _joined(pieces)
    return plain


def _unguessed(data: bytes) -> str:
    """A value whose encoding is not known yet: its bytes are kept apart, so that a boundary is found by it."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _joined(pieces: dict[int, tuple[bytes, bool]]) -> str:
    """`charset'language'percent` in one or several pieces; only the first one names the charset."""
    charset: str | None = None
    data = b""
    for index, (_, (piece, encoded)) in enumerate(sorted(pieces.items())):
        value = piece
        if encoded and index == 0 and piece.count(b"'") >= 2:
            label, _, value = piece.split(b"'", 2)
            charset = label.decode("ascii", "replace")
        data += unquote_to_bytes(value) if encoded else value
    return _flat(decode(data, charset))


def file_name(name: str) -> str:
    """A file name without folders, control signs and signs that turn it round, not longer than a file system takes; the ending is kept."""
    name = re.split(r"[\\/]", _TURNING.sub("", clean(name)))[-1].replace("\n", " ").strip().strip(".").strip()
    if len(name) <= MAX_NAME_CHARS:
        return name
    stem, dot, ending = name.rpartition(".")
    return stem[: MAX_NAME_CHARS - 20] + dot + ending[:16] if dot and len(ending) <= 16 else name[:MAX_NAME_CHARS]


def message_ids(value: bytes) -> tuple[str, ...]:
    """Message ids of a header with their angle brackets, each once; those that a mail program wrote without brackets get them."""
    value = value[:MAX_HEADER_BYTES]
    found = [b"".join(each.split()) for each in _ANGLED.findall(value)]
    if not found:
        found = [each.strip(b"<>,;\"'") for each in value.split() if b"@" in each]
    ids = (decode(each) for each in found if each)
    return tuple(dict.fromkeys(f"<{each}>" for each in ids if each and len(each.encode()) <= MAX_MESSAGE_ID_BYTES))


def own_message_id(value: bytes) -> str | None:
    """The mail's own id; whatever stands in the header is taken if it is no proper id, so that equal mails can be seen as equal."""
    if ids := message_ids(value):
        return ids[0]
    bare = "".join(decode_words(value).split()).strip("<>").encode()[:MAX_MESSAGE_ID_BYTES].decode(errors="ignore")
    return f"<{bare}>" if bare else None


def mail_date(value: bytes) -> datetime | None:
    """The moment a date header names, in UTC; None where it names none or one outside of 1971 to 2199."""
    text = _flat(decode(value[:200]))
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return moment if 1971 <= moment.year < 2200 else None
