"""How a request proves who sent it, and that nobody has changed or repeated it. The format is told to others in docs/signing.md.

    Helpdesk-Signature: v1 TIME NONCE ID=HMAC,ID=HMAC

HMAC-SHA256, in hex, over six lines: `v1`, the time in seconds since 1970, the nonce, the method, the path with its query, the SHA-256 of
the body in hex. While a key rotates there is one for the former key too, so that the receiver may know either.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from helpdesk.base import clock

HEADER, VERSION = "Helpdesk-Signature", "v1"
SKEW = timedelta(minutes=5)  # between the two clocks, the way included
MOST_KEYS = 4  # in one header
_PAIR = r"[A-Za-z0-9_.-]{1,40}=[0-9a-f]{64}"
_SAID = re.compile(rf"v1 (?P<time>[0-9]{{1,12}}) (?P<nonce>[0-9a-f]{{32}}) (?P<macs>{_PAIR}(?:,{_PAIR}){{0,{MOST_KEYS - 1}}})")


@dataclass(frozen=True, slots=True)
class Key:
    """What both sides know. `id` (letters, digits, `_.-`, 40 at most) says which one it is, and is no secret."""

    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,40}", self.id) or not self.secret:
            raise ValueError("a key has a short id and a secret")


class BadSignature(Exception):
    """It does not prove what it should. The text says why, for our log and not for whoever asks."""


def signed(keys: Sequence[Key], method: str, target: str, body: bytes, *, nonce: str = "") -> dict[str, str]:
    """The header for a request, signed with each of the keys at this moment. `target`: the path with its query, as it is sent."""
    moment, nonce = str(int(clock.now().timestamp())), nonce or secrets.token_hex(16)
    lines = _lines(body, moment, nonce, method, target)
    macs = ",".join(f"{key.id}={_mac(key, lines)}" for key in keys[:MOST_KEYS])
    return {HEADER: f"{VERSION} {moment} {nonce} {macs}"}


def verify(
    said: str,
    *,
    keys: Iterable[Key],
    method: str,
    target: str,
    body: bytes,
    once: Callable[[str, datetime], bool],
    skew: timedelta = SKEW,
) -> Key:
    """The key by which a request proves itself; `said` is its header. BadSignature.

    `once(nonce, until)` is asked last, of what is true: it writes the nonce down until that moment and says whether it was new.
    """
    match = _SAID.fullmatch(said)
    if match is None:
        raise BadSignature("this is no signature")
    at = datetime.fromtimestamp(min(int(match["time"]), 2**33), UTC)
    if abs(clock.now() - at) > skew:
        raise BadSignature("its time is over, or still to come")
    lines = _lines(body, match["time"], match["nonce"], method, target)
    known, macs = {key.id: key for key in keys}, dict(pair.split("=") for pair in match["macs"].split(","))
    found = [key for name, mac in macs.items() if (key := known.get(name)) and hmac.compare_digest(_mac(key, lines), mac)]
    if not found:
        raise BadSignature("it was made with no key that is known here, or of another request")
    if not once(match["nonce"], at + skew):
        raise BadSignature("it came before")
    return found[0]


def _lines(body: bytes, *words: str) -> bytes:
    """What is signed."""
    return "\n".join((VERSION, *words, hashlib.sha256(body).hexdigest())).encode("utf-8", "replace")


def _mac(key: Key, lines: bytes) -> str:
    return hmac.new(key.secret, lines, hashlib.sha256).hexdigest()
