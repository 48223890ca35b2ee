"""Addresses and ids that lead an answer back to its ticket.

A reply address carries the ticket's number and a signature, `support+t.7f3k-20qx.<signature>@studio.example`. All of it is lower case
and read in any case, because mail systems on the way change it. Numbers are no secret, signatures are: nobody can write into a ticket by
knowing its number.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable

from django.conf import settings

_SALT = b"helpdesk.mail.reply-address"
_SIGNATURE_BYTES = 10
_TOKEN = re.compile(r"\+t\.([0-9a-z-]{4,24})\.([a-z2-7]{16})@", re.IGNORECASE)
_OWN_ID = re.compile(r"^<desk\.[\w.-]{1,120}@[^<>@\s]+>$", re.IGNORECASE)


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


def is_own_message_id(message_id: str) -> bool:
    """The id has the form of ours; whether it is one, the database knows."""
    return bool(_OWN_ID.match(message_id))


def _signature(number: str, key: str | bytes) -> str:
    secret = key if isinstance(key, bytes) else key.encode()
    digest = hmac.new(hashlib.sha256(_SALT + secret).digest(), number.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:_SIGNATURE_BYTES]).decode("ascii").lower()
