"""Addresses and ids that lead an answer back to its ticket.

A reply address carries the ticket's number and a signature, `support+t.7f3k-20qx.<signature>@studio.example`. All of it is lower case
and read in any case, because mail systems on the way change it. Numbers are no secret, signatures are: nobody can write into a ticket by
knowing its number. A mail of ours is known by a signed mark, or because its id stands in our table, never by the form of the id.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable

from django.conf import settings

_SALT = b"helpdesk.mail.reply-address"
_MARK_SALT = b"helpdesk.mail.own-mark"
_SIGNATURE_BYTES = 10
_TOKEN = re.compile(r"\+t\.([0-9a-z-]{4,24})\.([a-z2-7]{16})@", re.IGNORECASE | re.ASCII)
_MARK = re.compile(r"(<[^<>\s]{3,900}>)\s*([a-z2-7]{16})\b", re.IGNORECASE | re.ASCII)


def reply_address(base_address: str, ticket_number: str) -> str:
    """The address that answers to this ticket are sent to: `support@…` → `support+t.7f3k-20qx.k3…@…`."""
    local, _, domain = base_address.rpartition("@")
    local = local.partition("+")[0]
    number = ticket_number.lower()
    return f"{local}+t.{number}.{_signature(number, settings.SECRET_KEY)}@{domain}"


def read_reply_token(address: str) -> str | None:
    """The ticket number that a reply address carries, or None if there is none or its signature is not ours."""
    found = _TOKEN.search(address)
    if found is None:
        return None
    number, signature = found[1].lower(), found[2].lower()
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if any(hmac.compare_digest(_signature(number, key), signature) for key in keys):
        return number.upper()
    return None


def first_reply_token(addresses: Iterable[str]) -> str | None:
    """The ticket number of the first address that carries a valid one."""
    return next((number for address in addresses if (number := read_reply_token(address))), None)


def message_id_for(uid: str, domain: str) -> str:
    """The Message-ID of a mail of ours, with its brackets; `uid` is the message's own random id."""
    return f"<desk.{uid}@{domain}>"


def may_be_own(message_id: str) -> bool:
    """The id has the form of ours, so that it is worth asking the table; the form itself proves nothing, anybody can write it."""
    return message_id.startswith("<desk.")


def own_mark(message_id: str) -> str:
    """What a mail of ours carries beside its Message-ID, which some providers replace: the id, signed, so that nobody else can write it."""
    return f"{message_id} {_signature(message_id, settings.SECRET_KEY, _MARK_SALT)}"


def read_own_mark(mark: str) -> str | None:
    """The Message-ID that a mark names, or None if there is none or its signature is not ours."""
    found = _MARK.search(mark[:1_200])
    if found is None:
        return None
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    known = any(hmac.compare_digest(_signature(found[1], key, _MARK_SALT), found[2].lower()) for key in keys)
    return found[1] if known else None


def _signature(signed: str, key: str | bytes, salt: bytes = _SALT) -> str:
    secret = key if isinstance(key, bytes) else key.encode()
    digest = hmac.new(hashlib.sha256(salt + secret).digest(), signed.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:_SIGNATURE_BYTES]).decode("ascii").lower()
