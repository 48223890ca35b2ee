"""SPF, DKIM and DMARC of a game's sender, judged for somebody who runs a studio and no mail server: what is so, and what to publish."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.mail.outbound.sender_records import MOST_LOOKUPS
from tickets.mail.provider import Provider

USUAL_KEY, SHORT_KEY = 2048, 1024  # bits
KEY_SHOWN = 60  # letters of it: nobody reads the rest


class Level(Enum):
    GOOD = "good"
    WEAK = "weak"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Publish:
    """A TXT record: at which name, with which text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`found` is what DNS holds now, `publish` what it should hold instead, where the desk can know that."""

    about: str
    level: Level
    says: str | Promise
    found: str = ""
    publish: Publish | None = None


def verdicts(domain: str, found: dict[str, Any], provider: Provider | None) -> list[Verdict]:
    """Of what `sender_records` has found: of each the first thing that is to be said."""
    return [next(_spf(domain, found, provider)), next(_dkim(found)), next(_dmarc(domain, found))]


def _spf(domain: str, found: dict[str, Any], provider: Provider | None) -> Iterator[Verdict]:
    records = found["spf"]
    words, shown = " ".join(records).lower().split(), "\n".join(records)
    told = {"provider": provider.label if provider else "", "host": settings.EMAIL_HOST or "–", "most": MOST_LOOKUPS}
    wanted = Publish(found["sending"], _with(records, provider.spf if provider else _mechanism(settings.EMAIL_HOST)))
    if provider and not provider.spf:
        says = _("%(provider)s puts its own domain on the envelope, so this record is not asked. DMARC rests on DKIM.")
        yield Verdict("SPF", Level.GOOD, says % told, shown)
    if not records:
        yield Verdict("SPF", Level.BAD, _("There is none, so anybody may pretend to send for this domain."), "", wanted)
    if len(records) > 1:
        yield Verdict("SPF", Level.BAD, _("There are several, and then none counts. Make one of them."), shown, wanted)
    if found["lookups"] > MOST_LOOKUPS:
        says = _("It leads to more than %(most)s further lookups, and then it does not count. Take out what no longer sends.")
        yield Verdict("SPF", Level.BAD, says % told, shown)
    if {"all", "+all"} & {*words}:
        yield Verdict("SPF", Level.BAD, _("It ends with +all: everybody may send for this domain."), shown, wanted)
    if provider and provider.spf not in found["named"]:
        yield Verdict("SPF", Level.BAD, _("It does not name %(provider)s, by which the mails leave.") % told, shown, wanted)
    if not {"-all", "~all"} & {*words} and not any(word.startswith("redirect=") for word in words):
        yield Verdict("SPF", Level.WEAK, _("It ends without ~all or -all, so nobody is refused by it."), shown, wanted)
    if provider is None:
        says = _("It is there. Only its host can tell whether it names your mail server (%(host)s).")
        yield Verdict("SPF", Level.GOOD, says % told, shown)
    yield Verdict("SPF", Level.GOOD, _("It names those who send for this domain."), shown)


def _mechanism(host: str) -> str:
    """How a record names a mail server of one's own."""
    try:
        return f"ip{ip_address(host).version}:{host}"
    except ValueError:
        return f"a:{host}" if "." in host else "mx"


def _with(records: list[str], ours: str) -> str:
    """One record out of those that are there, with our sender in it."""
    words = dict.fromkeys(word for record in records for word in record.split()[1:] if word.lower().lstrip("+-~?") != "all")
    ending = "-all" if any("-all" in record.lower().split() for record in records) else "~all"
    return " ".join(["v=spf1", *dict.fromkeys([*words, ours]), *([] if any("redirect=" in word for word in words) else [ending])])


def _dkim(found: dict[str, Any]) -> Iterator[Verdict]:
    keys = {selector: texts[0] for selector, texts in found["dkim"].items() if texts}
    if not found["dkim"]:
        yield Verdict("DKIM", Level.WEAK, _("Write the selector that your provider has named into the field, and ask again."))
    if not keys:
        says = _("No key stands under %(asked)s. Publish the one that your provider shows, or write its selector into the field.")
        yield Verdict("DKIM", Level.BAD, says % {"asked": ", ".join(found["dkim"])})
        return
    selector, text = max(keys.items(), key=lambda item: _bits(item[1]))
    bits, told = _bits(text), {"selector": selector, "bits": _bits(text)}
    text = text if len(text) <= KEY_SHOWN else f"{text[:KEY_SHOWN]}…"
    if bits == 0:
        yield Verdict("DKIM", Level.BAD, _("The key under %(selector)s was withdrawn or cannot be read.") % told, text)
    if bits < SHORT_KEY:
        yield Verdict("DKIM", Level.BAD, _("The key under %(selector)s has %(bits)s bits: too few to be believed.") % told, text)
    if bits < USUAL_KEY:
        yield Verdict("DKIM", Level.WEAK, _("The key under %(selector)s has %(bits)s bits; 2048 are usual now.") % told, text)
    yield Verdict("DKIM", Level.GOOD, _("A sound key stands under %(selector)s.") % told, text)


def _bits(text: str) -> int:
    """About how long a key is; 0 for none. An Ed25519 key counts as a usual one."""
    tags = _tags(text)
    try:
        key = base64.b64decode("".join(tags.get("p", "").split()), validate=True)
    except (binascii.Error, ValueError):
        return 0
    if tags.get("k", "").lower() == "ed25519":
        return USUAL_KEY if len(key) == 32 else 0
    return next((bits for bits, size in ((4096, 540), (3072, 410), (USUAL_KEY, 285), (SHORT_KEY, 155), (512, 80)) if len(key) >= size), 0)


def _dmarc(domain: str, found: dict[str, Any]) -> Iterator[Verdict]:
    records, at = found["dmarc"], found["dmarc_at"]
    shown = "\n".join(records)
    first = Publish(f"_dmarc.{domain}", f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}")
    if not records:
        says = _("There is none, so large mailboxes may refuse your mails. Begin by watching; the reports say who sends in your name.")
        yield Verdict("DMARC", Level.BAD, says, "", first)
        return
    if len(records) > 1:
        yield Verdict("DMARC", Level.BAD, _("There are several, and then none counts. Leave one."), shown)
    tags = _tags(records[0])
    if not _aligned(found["sending"], domain, tags):
        says = _("Mails leave for %(sending)s, which does not count as %(domain)s: they fail, whatever SPF and DKIM say.")
        yield Verdict("DMARC", Level.BAD, says % {"sending": found["sending"], "domain": domain}, shown)
    below = at != domain and "sp" in tags  # the record stands above, and says something else of the names below
    policy, part = tags.get("sp" if below else "p", "").lower(), tags.get("pct", "100")
    if policy == "none":
        says = _("It only watches (p=none): who pretends to be you gets through. When the reports are clean, go on to quarantine.")
        wanted = Publish(f"_dmarc.{at}", _changed(records[0], "sp" if below else "p", "quarantine"))
        yield Verdict("DMARC", Level.WEAK, says, shown, wanted)
    if policy not in {"quarantine", "reject"}:
        yield Verdict("DMARC", Level.BAD, _("It names no policy that there is."), shown, first)
    if part != "100":
        yield Verdict("DMARC", Level.WEAK, _("It holds for a part of the mails only (pct=%(part)s).") % {"part": part[:3]}, shown)
    yield Verdict("DMARC", Level.GOOD, _("Who pretends to be you does not reach the players."), shown)


def _aligned(sending: str, domain: str, tags: dict[str, str]) -> bool:
    """Whether one of both passes for the other: the same, or above it where the record is not strict in both."""
    if sending == domain:
        return True
    strict = tags.get("aspf", "r").lower() == "s" and tags.get("adkim", "r").lower() == "s"
    return not strict and (sending.endswith(f".{domain}") or domain.endswith(f".{sending}") or _same_above(sending, domain))


def _same_above(one: str, other: str) -> bool:
    """Siblings under a name of two parts or more; whether that is somebody's own, only a list of all registries would know."""
    above = one.partition(".")[2]
    return above == other.partition(".")[2] and above.count(".") >= 1


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}


def _changed(record: str, tag: str, value: str) -> str:
    parts = [part.strip() for part in record.split(";") if part.strip()]
    return "; ".join(f"{tag}={value}" if part.partition("=")[0].strip().lower() == tag else part for part in parts)
