"""What a delivery report gives back of the mail that did not arrive: its ids, our own mark in it, and the addresses of its head."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tickets.mail.parse.addresses import parse_addresses
from tickets.mail.parse.headers import Headers, decode_words, message_ids
from tickets.mail.parse.machines import OWN_MARK

_FIELD = re.compile(rb"^([> \t]{0,20})([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]*(.*(?:\r?\n\1[ \t]+\S.*){0,20})", re.MULTILINE)
_IDS = (b"message-id", b"x-original-message-id", b"x-ms-exchange-original-message-id", b"original-message-id", b"x-original-messageid")
_ADDRESSES = (b"reply-to", b"from", b"return-path", b"to", b"x-original-from", b"sender")
_MARK = OWN_MARK.lower().encode()
MOST = 20  # ids and addresses of one head


@dataclass(frozen=True, slots=True)
class Returned:
    """Likeliest first; nothing of it is proven here."""

    message_ids: tuple[str, ...] = ()
    own_mark: str = ""
    addresses: tuple[str, ...] = ()


def returned_mail(root: Headers, originals: Iterable[bytes], reports: Iterable[bytes]) -> Returned:
    """`originals` are the copies of our mail or of its head, or a text that holds one; `reports` the fields about the delivery."""
    ids: list[str] = []
    addresses: list[str] = []
    mark = ""
    for original in originals:
        for name, value in _fields(original):
            if name in _IDS:
                ids.extend(message_ids(value))
            elif name in _ADDRESSES:
                addresses.extend(each.address for each in parse_addresses([value]) if each.address)
            elif name == _MARK and not mark:
                mark = decode_words(value)
    for report in reports:
        ids.extend(each for name, value in _fields(report) if name in _IDS for each in message_ids(value))
    for header in ("x-original-message-id", "in-reply-to", "references"):
        ids.extend(reversed(message_ids(root.raw(header))))
    mark = mark or root.text(_MARK.decode())
    return Returned(tuple(dict.fromkeys(ids))[:MOST], mark[:1_200], tuple(dict.fromkeys(addresses))[:MOST])


def _fields(data: bytes) -> Iterable[tuple[bytes, bytes]]:
    for found in _FIELD.finditer(data):
        name = found[2].lower()
        if name == _MARK or name in _IDS or name in _ADDRESSES:
            yield name, re.sub(rb"[\r\n]+[> ]*", b" ", found[3])[:4_000]
