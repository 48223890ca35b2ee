"""What an error while sending means for the message. The one question: may it have left?

Before `handed` nothing has left: try again, or fail if the mail itself was refused. After it only a plain refusal is certain; a
connection that breaks or falls silent leaves it open, and then a person decides.
"""

from __future__ import annotations

import re
from datetime import timedelta
from smtplib import SMTPDataError, SMTPHeloError, SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

import requests
from anymail.exceptions import AnymailError, AnymailRecipientsRefused, AnymailSerializationError, AnymailUnsupportedFeature
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from helpdesk.base.relay import SERVICE_NOT_AVAILABLE
from helpdesk.base.text import one_line, reason_of
from tickets.channels import Away, Failed, Outcome, Retry, Uncertain
from tickets.mail.outbound.reports import Report, report_in

LONGEST_REASON = 400
SLOW_DOWN = timedelta(minutes=5)
PLAIN_REFUSALS = (SMTPNotSupportedError, AnymailRecipientsRefused, AnymailSerializationError, AnymailUnsupportedFeature)
NOBODY_SERVED = {401, 429, 503}  # of an API: no valid key, a quota, a pause; no message gets through
OURS_TO_MEND = {403, 408, 409, 425}  # of an API: the message itself is sound
GREYLISTED = re.compile(r"gr[ea]y.?list|try again later", re.IGNORECASE)


def before_opening(error: Exception) -> Outcome:
    """The server could not be reached or would not let us in; nothing has left, and nothing was said of this message."""
    return Away(_words(error))


def before_handing(error: Exception) -> Outcome:
    """It broke or was refused before the words left: never uncertain. Only a plain refusal of this mail is for good."""
    match error:
        case SMTPHeloError():
            return Away(_words(error))  # it is us that the server dislikes
        case SMTPNotSupportedError() | ValueError():
            return Failed(_words(error))  # an address that this server's SMTP cannot carry
        case _:
            outcome = after_handing(error)
            return Retry(outcome.reason) if isinstance(outcome, Uncertain) else outcome


def after_handing(error: Exception) -> Outcome:
    """What a refusal, a broken connection or anything unexpected means once the words were on their way."""
    match error:
        case SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()), (550, b"refused"))
            return _by_smtp_code(code, text)
        case SMTPResponseException():
            return _by_smtp_code(error.smtp_code, error.smtp_error)
        case AnymailError() if error.status_code is not None:
            return _by_api_status(int(error.status_code), error)
        case _:
            return _by_kind(error)


def _by_kind(error: Exception) -> Outcome:
    """Errors that carry no answer of the other side."""
    if isinstance(error, requests.ConnectionError) and _never_connected(error):
        return Away(_words(error))  # no connection, so no words on it
    return Failed(_words(error)) if isinstance(error, PLAIN_REFUSALS) else Uncertain(_words(error))


def _by_smtp_code(code: int, text: Any) -> Outcome:
    said = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    reason = one_line(f"{code} {said}", LONGEST_REASON)
    if 500 <= code < 600:
        return Failed(reason)
    if code == SERVICE_NOT_AVAILABLE:
        return Away(reason, doubtful=True)  # it closes the door, mostly for all
    if 400 <= code < 500:
        return Retry(reason, SLOW_DOWN if GREYLISTED.search(said) else None)
    return Uncertain(reason)  # no answer we know, as from a connection that died in the middle (-1)


def _by_api_status(status: int, error: AnymailError) -> Outcome:
    if status in NOBODY_SERVED:
        return Away(_words(error), doubtful=True)
    if status in OURS_TO_MEND:
        return Retry(_words(error), SLOW_DOWN)
    if 400 <= status < 500:
        return Failed(_words(error))
    return Uncertain(_words(error))  # a gateway's 502 may stand before a server that has taken it


def _never_connected(error: BaseException | None) -> bool:
    """Whether the reason at the bottom of a chain of errors is that no connection came about."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, NewConnectionError | ConnectTimeoutError):
            return True
        inner = next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        error = getattr(error, "reason", None) or error.__cause__ or inner
        error = error if isinstance(error, BaseException) else None
    return False


def report_in_refusal(error: Exception, outcome: Outcome) -> Report | None:
    """What a plain refusal says of mail and address; None where nothing is said of them, or the server will not serve us."""
    if isinstance(outcome, Failed) and isinstance(error, SMTPRecipientsRefused | SMTPDataError):
        return report_in(outcome.reason)
    return None


def _words(error: Exception) -> str:
    return reason_of(error, LONGEST_REASON)
