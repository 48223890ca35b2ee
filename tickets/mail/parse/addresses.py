"""Address headers, read leniently: quotes left open, commas in encoded names, semicolons, groups, comments, names without addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tickets.mail.parse.charsets import charset_of
from tickets.mail.parse.headers import ENCODED_WORD, decode_words
from tickets.mail.parse.limits import MAX_ADDRESS_BYTES, MAX_ADDRESSES, MAX_HEADER_BYTES, MAX_MAILBOX_CHARS
from tickets.mail.parse.values import MailAddress

_BARE = re.compile(r"[^\s<>\"(),;:@\[\]]+@(?:[^\s<>\"(),;:@\[\]]+|\[[^\[\]\s]+\])")
_QUOTED_LOCAL = re.compile(r'"[^"@\r\n]*"@[^\s<>"(),;:@]+')
_ATOMS = re.compile(r'"[\w.!#$%&\'*+/=?^`{|}~-]+"@', re.ASCII)
_DOT_ATOM = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_PLUS = re.compile(r"\+[^@]*@")


def parse_addresses(values: Iterable[bytes], charset: str | None = None, languages: Sequence[str] = ()) -> tuple[MailAddress, ...]:
    """All mailboxes of these headers in their order, each address once; what names nobody is left out. Raw bytes are in `charset`."""
    found: dict[tuple[str, str], MailAddress] = {}
    left = MAX_ADDRESS_BYTES
    for value in values:
        left -= len(value[:MAX_HEADER_BYTES])
        if left < 0:
            break
        charset = charset or charset_of(value[:MAX_HEADER_BYTES], languages)
        for piece in _split(value[:MAX_HEADER_BYTES]):
            mailbox = _mailbox(piece, charset, languages)
            if mailbox is not None:
                key = (mailbox.address.lower(), "" if mailbox.address else mailbox.name)
                found.setdefault(key, mailbox)
            if len(found) >= MAX_ADDRESSES:
                return tuple(found.values())
    return tuple(found.values())


def bare(address: str) -> str:
    """For comparing: lower case, without the tag after a plus."""
    return _PLUS.sub("@", address.strip().lower(), count=1)


def in_protocol(address: str) -> str:
    """The address as mail protocols demand it: a local part with dots in odd places (`.kana@`, `kana..x@`, as telephone companies once
    gave them) stands in quotes, so that nobody on the way takes it for a slip and answers to another address."""
    local, at, domain = address.rpartition("@")
    if not at or _DOT_ATOM.fullmatch(local) or local.startswith('"') or not local.isascii():
        return address
    return '"' + re.sub(r'(["\\])', r"\\\1", local) + f'"@{domain}'


def _split(value: bytes) -> list[str]:
    """Pieces between commas and semicolons outside of quotes, brackets, comments and encoded words; bytes as Latin-1 signs."""
    hidden: list[bytes] = []

    def hide(word: re.Match[bytes]) -> bytes:
        hidden.append(word[0])
        return b"\x00%d\x00" % (len(hidden) - 1)

    text = ENCODED_WORD.sub(hide, value.replace(b"\x00", b"")).decode("latin-1")
    pieces: list[str] = []
    start = 0
    quoted = angled = False
    comment = 0
    position = 0
    last = {sign: text.rfind(sign) for sign in '">)'}
    at = -1  # the last @ before this place
    while position < len(text):
        sign = text[position]
        if sign == "\\":
            position += 1
        elif sign == '"' and not comment:
            quoted = not quoted and last['"'] > position
        elif not quoted:
            if sign == "(":
                comment += 1
            elif sign == ")":
                comment = max(0, comment - 1)
            elif comment and last[")"] < position:
                comment = 0
            if not comment:
                if sign == "<":
                    angled = last[">"] > position
                elif sign == ">":
                    angled = False
                elif sign in ",;" and not angled:
                    pieces.append(text[start:position])
                    start = position + 1
                elif sign == ":" and not angled and at < start:
                    start = position + 1 if text[start:position].strip().lower() != "mailto" else start
        at = position if sign == "@" else at
        position += 1
    pieces.append(text[start:])
    return [re.sub(r"\x00(\d+)\x00", lambda found: hidden[int(found[1])].decode("latin-1"), piece) for piece in pieces if piece.strip()]


def _mailbox(piece: str, charset: str | None, languages: Sequence[str]) -> MailAddress | None:
    if len(piece) > MAX_MAILBOX_CHARS:
        piece = f"{piece[: MAX_MAILBOX_CHARS // 2]} {piece[-MAX_MAILBOX_CHARS // 2 :]}"  # the name's beginning, and the address behind it
    before, opened, rest = piece.rpartition("<")
    if opened:
        address = _address(rest.partition(">")[0])
        if address:
            return MailAddress(address, _name(before, address, charset, languages))
    found = _QUOTED_LOCAL.search(piece) or _BARE.search(piece)
    if found:
        address = _address(found[0])
        comments = " ".join(re.findall(r"\(([^()]*)\)", piece))
        outside = re.sub(r"\([^()]*\)", " ", piece.replace(found[0], " ", 1))
        return MailAddress(address, _name(comments or re.sub(r"[<>]", " ", outside), address, charset, languages))
    name = _name(re.sub(r"[<>]", " ", piece), "", charset, languages)
    return MailAddress("", name) if name else None


def _address(text: str) -> str:
    """`local@domain` with the domain in lower case; source routes, `mailto:` and stray blanks removed; "" if there is no address."""
    text = decode_words(text.encode("latin-1", "replace")).strip()
    text = re.sub(r"^mailto:", "", text, flags=re.IGNORECASE)
    text = re.sub(r"^@[^:]*:", "", text)
    quoted = _QUOTED_LOCAL.search(text)
    if quoted is not None and _ATOMS.match(quoted[0]):
        text = quoted[0].replace('"', "")  # these need no quotes to be told apart, and another program leaves them out
    elif quoted is None:
        text = "".join(text.split()).lstrip("'\"<>,;").rstrip("'\"<>.,;")
    local, at, domain = text.rpartition("@")
    if not (local and at and domain) or len(text) > 320:
        return ""
    return f"{local}@{domain.lower().rstrip('.')}"


def _name(text: str, address: str, charset: str | None, languages: Sequence[str]) -> str:
    name = decode_words(re.sub(r"\\(.)", r"\1", text).encode("latin-1", "replace"), charset, languages).strip()
    name = re.sub(r"^mailto:", "", name, flags=re.IGNORECASE).strip("<>\"' ") if len(name) > 1 else name.strip("<>")
    return "" if name.lower() == address.lower() else name[:320]
