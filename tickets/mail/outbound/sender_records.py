"""What DNS says of those who send for a game: asked when somebody says so, kept, and judged when it is looked at (`sender_verdicts.py`)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction

from helpdesk.base import clock, dns
from helpdesk.base.text import one_line
from helpdesk.studio.models import Game
from tickets.mail.models import SenderRecords
from tickets.mail.provider import Provider
from tickets.mail.providers import sending_provider

SECONDS = 8.0  # for all questions about one game
MOST_LOOKUPS = 10  # of SPF (RFC 7208); with more, no record counts
MOST_PARENTS = 4  # names above a domain at which its DMARC record may stand
KEPT_TEXTS, KEPT_LENGTH = 5, 2_000

Texts = Callable[[str], list[str]]


def domain_of(game: Game) -> str:
    """The domain that a player sees as the sender's."""
    return game.address.rpartition("@")[2].lower()


def look(game: Game, *, selector: str = "") -> SenderRecords:
    """Ask DNS, and keep what it said. `selector`: the DKIM selector that the provider has named; empty: the one of the last time.

    Where it does not answer, the row keeps what it knew and says so.
    """
    domain, provider, until = domain_of(game), sending_provider(), time.monotonic() + SECONDS
    row, _made = SenderRecords.objects.get_or_create(domain=domain)
    selector = one_line(selector, 63) or row.selector
    try:
        found, error = _found(domain, provider, selector, lambda name: dns.texts(name, until=until)), ""
    except dns.NoAnswer as reason:
        found, error = None, one_line(str(reason), 300) or "no answer"
    with transaction.atomic():
        row = SenderRecords.objects.select_for_update().get(pk=row.pk)
        row.selector, row.error, row.asked_at = selector, error, clock.now()
        row.found = row.found if found is None else found
        row.save(update_fields=["selector", "error", "asked_at", "found"])
    return row


def _found(domain: str, provider: Provider | None, selector: str, texts: Texts) -> dict[str, Any]:
    """{"sending": the domain that answers for it, "spf", "named", "lookups", "dkim": {selector: [text]}, "dmarc_at", "dmarc"}."""
    sending = (provider.sender_domain() if provider else "") or domain
    spf = _kept(text for text in texts(sending) if _is_spf(text))
    named, lookups = _named(spf[0], texts) if len(spf) == 1 else ([], 0)
    selectors = dict.fromkeys(([selector] if selector else []) + list(provider.selectors if provider else ()))
    keys = {one: _kept(text for text in texts(f"{one}._domainkey.{sending}") if "p=" in text) for one in selectors}
    at, dmarc = _dmarc(domain, texts)
    return {"sending": sending, "spf": spf, "named": named, "lookups": lookups, "dkim": keys, "dmarc_at": at, "dmarc": dmarc}


def _is_spf(text: str) -> bool:
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def _named(record: str, texts: Texts) -> tuple[list[str], int]:
    """All mechanisms that a record comes to, through its includes, and how many lookups that takes; no more are made than may be."""
    named: list[str] = []
    lookups, waiting = 0, [record]
    while waiting and lookups <= MOST_LOOKUPS:
        for word in waiting.pop(0).lower().split()[1:]:
            mechanism = word.lstrip("+-~?")
            kind, _, target = mechanism.replace("redirect=", "redirect:").partition(":")
            lookups += kind.partition("/")[0] in {"include", "redirect", "a", "mx", "ptr", "exists"}
            named.append(one_line(mechanism, 200))
            if kind in {"include", "redirect"} and target and lookups <= MOST_LOOKUPS and "%" not in target:
                waiting += [text for text in texts(target) if _is_spf(text)][:1]
    return named[:200], lookups


def _dmarc(domain: str, texts: Texts) -> tuple[str, list[str]]:
    """Where the record that counts for a domain stands, and it; at the domain itself, or at the nearest name above that has one."""
    labels = domain.split(".")
    for above in range(min(MOST_PARENTS, len(labels) - 1)):
        name = ".".join(labels[above:])
        found = _kept(text for text in texts(f"_dmarc.{name}") if text.lower().startswith("v=dmarc1"))
        if found:
            return name, found
    return domain, []


def _kept(found: Iterable[str]) -> list[str]:
    return [text[:KEPT_LENGTH].replace("\x00", "") for text in found][:KEPT_TEXTS]
