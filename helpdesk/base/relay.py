"""The relay is away: not this message was refused, but nobody is there to take any. Then one looks whether it has come back, and all
others wait behind it, however many they are.

While a channel's relay is away nothing is tried before `next_try_at`; who comes first after that claims the try. The pauses grow with
the time that it has been away. Whoever gets through opens the way for all.
"""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta
from smtplib import SMTPAuthenticationError, SMTPConnectError, SMTPHeloError, SMTPResponseException, SMTPServerDisconnected

from django.db.models import F
from django.db.models.functions import Coalesce

from helpdesk.base import clock
from helpdesk.base.models import Relay
from helpdesk.base.text import one_line

SHORTEST, LONGEST = timedelta(seconds=30), timedelta(hours=1)  # between two tries
LEASE = timedelta(minutes=5)  # of who looks; a dead one holds up nobody for longer
PATIENCE = timedelta(days=2)  # after which a message that found no relay is given up
WORTH_TELLING = timedelta(minutes=30)  # of absence
SERVICE_NOT_AVAILABLE = 421


def may_try(channel: str) -> bool:
    """Whether to go to the relay now: it is there, or it is this caller's turn to look, which it thereby claims."""
    away = Relay.objects.filter(channel=channel, away_since__isnull=False).exists()
    now = clock.now()
    return not away or Relay.objects.filter(channel=channel, next_try_at__lte=now).update(next_try_at=now + LEASE) == 1


def gone(channel: str, reason: str) -> datetime:
    """It could not be reached; when the next try is."""
    now = clock.now()
    row, _made = Relay.objects.get_or_create(channel=channel)
    since = row.away_since or now
    next_try = now + min(max((now - since) / 4, SHORTEST), LONGEST)
    Relay.objects.filter(channel=channel).update(
        away_since=Coalesce(F("away_since"), now), next_try_at=next_try, failed_at=now, reason=one_line(reason, 300)
    )
    return next_try


def back(channel: str) -> None:
    """Something got through."""
    Relay.objects.filter(channel=channel, away_since__isnull=False).update(away_since=None, next_try_at=None)


def hurry(channel: str) -> None:
    """Somebody wants to look now."""
    Relay.objects.filter(channel=channel, away_since__isnull=False).update(next_try_at=clock.now())


def away() -> dict[str, Relay]:
    """What is away, by channel."""
    return {row.channel: row for row in Relay.objects.filter(away_since__isnull=False)}


def shut() -> list[str]:
    """The channels in which nothing is tried at this moment."""
    return list(Relay.objects.filter(away_since__isnull=False, next_try_at__gt=clock.now()).values_list("channel", flat=True))


def is_unreachable(error: BaseException) -> bool:
    """Whether an error while connecting is about the relay itself, and so about every message: nobody answers, or lets us in."""
    if isinstance(error, SMTPResponseException):
        closing = error.smtp_code == SERVICE_NOT_AVAILABLE
        return closing or isinstance(error, SMTPConnectError | SMTPHeloError | SMTPAuthenticationError)
    return isinstance(error, SMTPServerDisconnected | ssl.SSLError | ConnectionError | TimeoutError) or type(error).__name__ == "gaierror"
