"""What an error means: may the mail have left or not?"""

from __future__ import annotations

import smtplib
import socket

import pytest
import requests
from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError
from urllib3.exceptions import MaxRetryError, NewConnectionError

from tickets.channels import Away, Failed, Retry, Uncertain
from tickets.mail.outbound.failures import after_handing, before_handing, before_opening


def api(status):
    response = requests.Response()
    response.status_code, response.reason, response._content = status, "because", b"{}"
    return AnymailRequestsAPIError("no", response=response, backend=None)


def api_network(kind, cause):
    joined = type("AnymailRequestsAPIError", (AnymailRequestsAPIError, kind), {})
    error = joined("Error posting")
    error.__cause__ = kind(cause)
    return error


NO_ROUTE = MaxRetryError(None, "/", NewConnectionError(None, "refused"))


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"5.1.1 no such user")}), Failed),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (451, b"4.7.1 greylisted, try again later")}), Retry),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (452, b"4.2.2 mailbox full")}), Retry),
        (smtplib.SMTPSenderRefused(530, b"5.7.0 authentication required", "x"), Failed),
        (smtplib.SMTPDataError(554, b"5.7.1 looks like spam"), Failed),
        (smtplib.SMTPDataError(451, b"4.3.0 try again"), Retry),
        (smtplib.SMTPHeloError(421, b"too many connections"), Away),
        (smtplib.SMTPDataError(-1, b""), Uncertain),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), Uncertain),
        (TimeoutError("timed out"), Uncertain),
        (ConnectionResetError("reset by peer"), Uncertain),
        (api(400), Failed),
        (api(422), Failed),
        (api(401), Away),
        (api(429), Away),
        (api(503), Away),
        (api(403), Retry),
        (smtplib.SMTPDataError(421, b"4.3.2 going down"), Away),
        (api(500), Uncertain),
        (api(502), Uncertain),
        (api_network(requests.ReadTimeout, "read timed out"), Uncertain),
        (api_network(requests.ConnectionError, NO_ROUTE), Away),
        (api_network(requests.ConnectionError, "connection aborted"), Uncertain),
        (AnymailRecipientsRefused("all refused"), Failed),
        (RuntimeError("something nobody thought of"), Uncertain),
    ],
    ids=lambda value: f"{type(value).__name__}" if isinstance(value, Exception) else getattr(value, "__name__", ""),
)
def test_what_an_error_after_handing_means(error, outcome):
    assert type(after_handing(error)) is outcome


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError("refused"), TimeoutError(), smtplib.SMTPAuthenticationError(535, b"bad"), socket.gaierror()]
)
def test_while_the_connection_opens_it_is_the_relay_that_is_away(error):
    assert isinstance(before_opening(error), Away)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), Retry),
        (ConnectionResetError("reset by peer"), Retry),
        (TimeoutError("timed out"), Retry),
        (smtplib.SMTPHeloError(554, b"we do not know you"), Away),
        (smtplib.SMTPSenderRefused(421, b"4.3.2 going down", "x"), Away),
        (smtplib.SMTPSenderRefused(-1, b"", "x"), Retry),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"5.1.1 no such user")}), Failed),
        (smtplib.SMTPNotSupportedError("SMTPUTF8"), Failed),
        (UnicodeEncodeError("ascii", "ä", 0, 1, "no"), Failed),
        (RuntimeError("something nobody thought of"), Retry),
    ],
    ids=lambda value: f"{type(value).__name__}" if isinstance(value, Exception) else getattr(value, "__name__", ""),
)
def test_before_the_words_left_nothing_is_uncertain(error, outcome):
    assert type(before_handing(error)) is outcome


def test_reasons_are_short_and_on_one_line():
    outcome = after_handing(smtplib.SMTPDataError(554, b"no\r\n" * 500))

    assert "\n" not in outcome.reason
    assert len(outcome.reason) <= 400
