"""Charset labels as mail programs write and misspell them."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

ALIASES = {
    "ansi": "cp1252",
    "ansi_x3.4-1968": "ascii",
    "ascii": "ascii",
    "us-ascii": "ascii",
    "latin1": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "iso8859-8-i": "iso8859-8",
    "iso8859-8-e": "iso8859-8",
    "iso8859-6-i": "iso8859-6",
    "iso8859-6-e": "iso8859-6",
    "koi8": "koi8-r",
    "koi8-ru": "koi8-u",
    "macintosh": "mac-roman",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "ms_kanji": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
    "ksc5601": "cp949",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "chinesebig5": "big5",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode": "utf-16",
    "ucs-2": "utf-16",
}
_SHAPES = (
    (re.compile(r"^utf-?_?8.*$"), "utf-8"),
    (re.compile(r"^utf-?_?7.*$"), "utf-7"),
    (re.compile(r"^(?:cs)?(?:iso)?[-_ ]?8859[-_ ]?(\d{1,2})(?:[-_:$].*)?$"), r"iso8859-\1"),
    (re.compile(r"^(?:x[-_])?(?:cp|windows|win|ibm|ms|dos)[-_ ]?(?:cp)?[-_ ]?0*(\d{3,5})(?:[-_:].*)?$"), r"cp\1"),
    (re.compile(r"^(\d{3,4})$"), r"cp\1"),
    (re.compile(r"^(?:cs|x[-_])?koi8[-_ ]?([ru])$"), r"koi8-\1"),
    (re.compile(r"^(?:x[-_])?mac[-_ ]?(roman|cyrillic|greek|turkish|croatian|romanian|iceland|latin2)$"), r"mac-\1"),
    (re.compile(r"^(?:x[-_])*(gbk|gb2312|gb18030|big5|euc[-_]?(?:jp|kr)|s(?:hift[-_]?)?jis)(?:[-_:](?!2004|hkscs)\w*)?$"), r"\1"),
    (re.compile(r"^(?:x[-_])?(iso[-_]?2022[-_]?(?:jp|kr))(?:[-_:].*)?$"), r"\1"),
)  # fmt: skip
_NUMBERED = {"cp65001": "utf-8", "cp20127": "ascii", "cp28591": "cp1252", "cp28592": "iso8859-2", "cp28595": "iso8859-5",
             "cp20866": "koi8-r", "cp21866": "koi8-u", "cp50220": "iso2022_jp", "cp51949": "cp949", "cp10000": "mac-roman"}  # fmt: skip
_NO_CHARSETS = {
    "rot13",
    "rot-13",
    "hex",
    "base64",
    "bz2",
    "zlib",
    "uu",
    "quopri",
    "punycode",
    "idna",
    "undefined",
    "charmap",
    "mbcs",
    "oem",
}
_WIDER = {
    "gb18030": (),
    "big5": ("cp950", "big5hkscs"),
    "cp950": ("big5hkscs",),
    "cp932": ("shift_jis_2004",),
    "euc_jp": ("euc_jis_2004",),
    "iso8859-2": ("cp1250",),
    "iso8859-5": (),
    "iso8859-7": ("cp1253",),
    "iso8859-8": ("cp1255",),
    "iso8859-6": ("cp1256",),
    "iso8859-13": ("cp1257",),
}  # fmt: skip


@lru_cache(maxsize=512)
def codec_for(label: str | None) -> str | None:
    """The Python codec that a charset label means, or None for a missing or unknown one."""
    if not label:
        return None
    name = label.strip().strip("\"'<>;=").lower().removeprefix("charset").lstrip("= \"'").replace(" ", "").rstrip("\"';,.")
    if name in _NO_CHARSETS or "escape" in name or len(name) > 40:
        return None
    return _known(name) or next(
        (found for shape, means in _SHAPES if shape.match(name) and (found := _known(shape.sub(means, name)))), None
    )


def wider(codec: str) -> tuple[str, ...]:
    """Encodings that hold more than this one and go under its name."""
    return _WIDER.get(codec, ())


def strictly(data: bytes, codec: str) -> str | None:
    """The text in this encoding, or None where the bytes cannot be in it."""
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None


def _known(name: str) -> str | None:
    name = _NUMBERED.get(name, name)
    try:
        found = codecs.lookup(ALIASES.get(name, name))
        if not found._is_text_encoding:
            return None
        "a".encode(found.name)
    except (LookupError, ValueError, UnicodeError):
        return None
    return ALIASES.get(found.name, found.name)
