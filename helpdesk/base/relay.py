"""The relay is away: not this message was refused, but nobody is there to take any. Then one looks whether it has come back, and all
others wait behind it, however many they are (`breaker.py`)."""

from __future__ import annotations

from datetime import timedelta
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from helpdesk.base import breaker
from helpdesk.base.models import Relay

LONGEST = breaker.LONGEST  # between two tries
PATIENCE = timedelta(days=2)  # after which a message that found no relay is given up
WORTH_TELLING = timedelta(minutes=30)  # of absence
SERVICE_NOT_AVAILABLE = 421

_channels = breaker.Breaker(Relay)
may_try, gone, back, hurry = _channels.may_try, _channels.gone, _channels.back, _channels.hurry
away, shut = _channels.away, _channels.shut


def is_unreachable(error: BaseException) -> bool:
    """Whether an error while connecting is about the relay itself, and so about every message: nobody answers, or lets us in."""
    if isinstance(error, SMTPResponseException):
        closing = error.smtp_code == SERVICE_NOT_AVAILABLE
        return closing or isinstance(error, SMTPConnectError | SMTPHeloError | SMTPAuthenticationError)
    return isinstance(error, SMTPServerDisconnected) or (isinstance(error, OSError) and not isinstance(error, SMTPException))
