"""What is said of a mail of ours, whoever says it: a mail that came back, a provider, the server that refused it.

What follows from it for message and address stands in `aftermath.py`. Nothing here knows a row or a setting: the providers' children
read this too.
"""

from __future__ import annotations

import re
from enum import Enum


class Report(Enum):
    """What is said of a mail."""

    DELIVERED = "delivered"
    OPENED = "opened"
    COMPLAINED = "complained"  # its reader calls it spam
    GONE = "gone"  # there is no such mailbox, or it is closed
    SUPPRESSED = "suppressed"  # the provider does not even try: the address stands on a list of its own
    FULL = "full"
    SOFT = "soft"  # it may pass: a network, a machine of theirs
    POLICY = "policy"  # who we are or what we wrote
    TOO_LARGE = "too large"
    UNEXPLAINED = "unexplained"


_CODE = re.compile(r"(?<![\d.])([45])\.(\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.:/-])([45])\d\d(?=[ -]|$)")
CODES: dict[str, Report] = {  # RFC 3463 and its registry, without the class
    **dict.fromkeys(("1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4"), Report.GONE),
    "2.2": Report.FULL,
    **dict.fromkeys(("2.3", "3.4"), Report.TOO_LARGE),
    **dict.fromkeys(("1.7", "1.8"), Report.POLICY),  # the sender's address
}
WORDS: tuple[tuple[Report, re.Pattern[str]], ...] = tuple(
    (report, re.compile(pattern, re.IGNORECASE))
    for report, pattern in (
        (Report.FULL, r"quota|mailbox (?:is )?full|over limit"),
        (Report.TOO_LARGE, r"too (?:large|big)|size limit|message size"),
        (Report.POLICY, r"spam|blocked|blacklist|blocklist|policy|reputation|dmarc|\bspf\b"),
        (
            Report.GONE,
            r"(?:no such|unknown|invalid|non-?existent|not a valid) (?:user|mailbox|recipient|address|account)"
            r"|(?:user|mailbox|recipient|address|account)\b[^.\n]{0,60} "
            r"(?:unknown|not found|does(?: not|n't) exist|disabled|inactive|suspended)"
            r"|\b5\.4\.1\b.{0,80}recipient address rejected",  # of a large house that lets no stranger ask who lives there
        ),
    )
)


def report_in(said: str, status: str = "") -> Report:
    """What a server's words about a mail that it does not take mean. `status` is the enhanced code where that is known apart.

    The code decides where it says one thing only, then the words, then the code's class.
    """
    found = _CODE.search(status) or _CODE.search(said)
    kind, detail = (found[1], found[2]) if found else ((reply[1] if (reply := _REPLY.search(said)) else ""), "")
    known = CODES.get(detail)
    if kind == "4":
        return Report.FULL if known == Report.FULL else Report.SOFT
    if known:
        return known
    told = f"{found[0]} {said}" if found else said
    by_words = next((report for report, pattern in WORDS if pattern.search(told)), None)
    if by_words:
        return by_words
    subject = detail.partition(".")[0]
    return {"7": Report.POLICY, "3": Report.SOFT, "4": Report.SOFT}.get(subject, Report.UNEXPLAINED)
