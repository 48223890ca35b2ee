"""Which kind of fact a field on a game's card is. The kind names the right that opens it (`tickets/desk/ticket/card.py`).

A game may send any name: `ltv_usd`, `idfa`, `PhoneNumber`. What the studio has said of a name counts; else what we know of it; else it
is not sorted, and shown to those alone who may see everything of a player. A word in a name only ever closes: `level` is open, and
`level_paid` is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from players.models import CardField
from players.selectors import sorts_of

Sort = CardField.Sort

KNOWN: dict[str, Sort] = {
    **dict.fromkeys(("level", "crystals", "coins", "pearls", "gold", "guild", "clan", "server", "build", "version"), Sort.GAME),
    **dict.fromkeys(("last_seen", "bans", "status", "country", "city"), Sort.GAME),
    **dict.fromkeys(("paid_90d", "paid_total", "last_purchase", "last_order"), Sort.PAYMENTS),
    **dict.fromkeys(("device", "platform", "os"), Sort.DEVICE),
}
CLOSING: dict[str, Sort] = {  # a word in a name: the kind of fact that it is at least
    **dict.fromkeys(
        ("paid", "pay", "payer", "payment", "purchase", "spent", "spend", "order", "refund", "tier", "chargeback"), Sort.PAYMENTS
    ),
    **dict.fromkeys(("ltv", "arpu", "revenue", "price", "usd", "eur", "card", "iban", "bank"), Sort.PAYMENTS),
    **dict.fromkeys(("device", "os", "ip", "platform", "model", "idfa", "idfv", "gaid", "imei", "mac"), Sort.DEVICE),
    **dict.fromkeys(("email", "mail", "phone", "tel", "address", "contact", "telegram", "discord", "whatsapp"), Sort.CONTACT),
}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")


def sorts(fields: dict[str, Any]) -> dict[str, frozenset[Sort]]:
    """For each field of a card every kind of fact that it is. One query."""
    said = sorts_of(fields)
    return {name: _sorts(name, value, said) for name, value in fields.items()}


def kind_of(field: CardField) -> Sort:
    """What a name counts as when nothing within its value or its words speaks against it: as the studio, else the desk, has sorted it."""
    said = Sort(field.sort)
    return KNOWN.get(field.name, said) if said == Sort.UNSORTED else said


def _sorts(name: str, value: Any, said: dict[str, str]) -> frozenset[Sort]:
    if _nested(value):
        return frozenset({Sort.UNSORTED})  # names within it, of which nobody has said anything
    if name in said:
        return frozenset({Sort(said[name])})
    words = {CLOSING[word] for word in _words(name) if word in CLOSING}
    return frozenset({KNOWN.get(name, Sort.UNSORTED), *words})


def _words(name: str) -> Iterable[str]:
    """The words of `paid_90d`, `PhoneNumber`, `ip-address`, each also without a plural's s."""
    for found in _WORD.findall(name):
        word = found.lower()
        yield word
        yield word.removesuffix("s")


def _nested(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_nested(one) or isinstance(one, list | tuple) for one in value)
    return isinstance(value, dict)
