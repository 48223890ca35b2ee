"""Why a message did not get through, in words for people. What the machines said stays beside it, folded."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: tuple[tuple[re.Pattern[str], str | Promise], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"cannot be read|FileNotFoundError|No such file", _("A file of it could not be read from the storage.")),
        (r"cannot be written", _("The desk could not write this mail: something in its addresses or headers is not allowed.")),
        (r"time[d ]* ?out|TimeoutError", _("The mail server did not answer in time.")),
        (r"gaierror|Name or service not known|name resolution|getaddrinfo", _("The mail server's name was not found.")),
        (r"ssl|tls|certificate", _("No secure connection to the mail server could be made.")),
        (r"Connection ?Refused|ECONNREFUSED|No route|Network is unreachable", _("The mail server could not be reached.")),
        (r"Connection|ServerDisconnected|Broken ?Pipe|closed|reset|lost", _("The connection to the mail server broke.")),
        (r"\b(?:5\.2\.2|4\.2\.2|552)\b|quota|mailbox (?:is )?full|over limit", _("The player's mailbox is full.")),
        (
            r"\b5\.1\.[0-6]\b|no such (?:user|mailbox|recipient)|user unknown|unknown user|does not exist|recipient (?:address )?rejected"
            r"|mailbox \S+ (?:unavailable|not found)|mailbox unavailable|refused the recipient",
            _("The player's mail server knows no such mailbox, or refuses mail for it."),
        ),
        (
            r"spam|blocked|blacklist|blocklist|policy|\b5\.7\.\d+\b|reputation|dmarc|spf",
            _("The player's mail server takes no mail from us."),
        ),
        (r"too (?:large|big)|size limit|message size|\b5\.3\.4\b", _("The mail was too large for the player's mail server.")),
        (r"authentication|credentials|\b53[045]\b|SMTPAuth", _("The mail server did not accept the desk's own sign-in.")),
        (r"(?<!\d)4\d\d(?!\d)|greylist|try again|temporar", _("The mail server asked us to try again later.")),
        (r"(?<!\d)5\d\d(?!\d)", _("The mail server refused the message.")),
    )
)
UNKNOWN = _("Something went wrong on the way; the detail says what.")


def in_words(error: str) -> str:
    """A sentence in the reader's language; empty for no error."""
    if not error.strip():
        return ""
    return str(next((words for pattern, words in WORDS if pattern.search(error)), UNKNOWN))
