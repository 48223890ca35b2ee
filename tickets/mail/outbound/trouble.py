"""Why a message did not get through, in words for people. What the machines said stays beside it, folded."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.mail.outbound.reports import Report, report_in

Words = tuple[tuple[re.Pattern[str], str | Promise], ...]


def _table(*rows: tuple[str, str | Promise]) -> Words:
    return tuple((re.compile(pattern, re.IGNORECASE), words) for pattern, words in rows)


REPORTED: dict[Report, str | Promise] = {
    Report.GONE: _("The player's mail server knows no such mailbox, or refuses mail for it."),
    Report.FULL: _("The player's mailbox is full."),
    Report.POLICY: _("The player's mail server takes no mail from us."),
    Report.TOO_LARGE: _("The mail was too large for the player's mail server."),
}
OURS = _table(
    (r"cannot be read|FileNotFoundError|No such file", _("A file of it could not be read from the storage.")),
    (r"cannot be written", _("The desk could not write this mail: something in its addresses or headers is not allowed.")),
    (r"time[d ]* ?out|TimeoutError", _("The mail server did not answer in time.")),
    (r"gaierror|Name or service not known|name resolution|getaddrinfo", _("The mail server's name was not found.")),
    (r"ssl|tls|certificate", _("No secure connection to the mail server could be made.")),
    (r"Connection ?Refused|ECONNREFUSED|No route|Network is unreachable", _("The mail server could not be reached.")),
    (r"Connection|ServerDisconnected|Broken ?Pipe|closed|reset|lost", _("The connection to the mail server broke.")),
)
THEIRS = _table(
    (
        r"\b5\.1\.0\b|recipient (?:address )?rejected|mailbox \S+ unavailable|mailbox unavailable|refused the recipient",
        REPORTED[Report.GONE],
    ),
    (r"authentication|credentials|\b53[045]\b|SMTPAuth", _("The mail server did not accept the desk's own sign-in.")),
    (r"(?<!\d)4\d\d(?!\d)|greylist|try again|temporar", _("The mail server asked us to try again later.")),
    (r"(?<!\d)5\d\d(?!\d)", _("The mail server refused the message.")),
)
UNKNOWN = _("Something went wrong on the way; the detail says what.")


def in_words(error: str) -> str:
    """A sentence in the reader's language; empty for no error."""
    if not error.strip():
        return ""
    words = _first(OURS, error) or REPORTED.get(report_in(error)) or _first(THEIRS, error) or UNKNOWN
    return str(words)


def _first(table: Words, error: str) -> str | Promise | None:
    return next((words for pattern, words in table if pattern.search(error)), None)
