"""The relay is away: not this message was refused, but nobody is there to take any. Then one looks whether it has come back, and all
others wait behind it, however many they are.

While a channel's relay is away nothing is tried before `next_try_at`; who comes first after that claims the try. The pauses grow with
the time that it has been away. Whoever gets through opens the way for all.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from helpdesk.base import clock
from helpdesk.base.models import Relay
from helpdesk.base.text import one_line

SHORTEST, LONGEST = timedelta(seconds=30), timedelta(hours=1)  # between two tries
LEASE = timedelta(minutes=1)  # of who looks; a dead one holds up nobody for longer
PATIENCE = timedelta(days=2)  # after which a message that found no relay is given up
WORTH_TELLING = timedelta(minutes=30)  # of absence
SERVICE_NOT_AVAILABLE = 421


def may_try(channel: str, who: str) -> bool:
    """Whether `who` may go to the relay now: it is there as far as they can know, or it is their turn to look, which they thereby claim."""
    row = Relay.objects.filter(channel=channel, away_since__isnull=False).first()
    if row is None or (row.finder and row.finder != who):
        return True
    now = clock.now()
    return Relay.objects.filter(channel=channel, next_try_at__lte=now).update(next_try_at=now + LEASE) == 1


def gone(channel: str, reason: str, *, who: str, doubtful: bool = False) -> datetime:
    """`who` could not reach it; when the next try is. In doubt, as when it fell silent in the middle, a second one must say so too before
    the others wait. A new absence begins where nobody has looked for long."""
    now = clock.now()
    row, _made = Relay.objects.get_or_create(channel=channel)
    lately = row.failed_at is not None and row.failed_at > now - 2 * LONGEST
    since = row.away_since if row.away_since and lately else now
    alone = doubtful and (row.away_since is None or row.finder == who)
    next_try = now + min(max((now - since) / 4, SHORTEST), LONGEST)
    Relay.objects.filter(channel=channel).update(
        away_since=since, next_try_at=next_try, failed_at=now, finder=who if alone else "", reason=one_line(reason, 300)
    )
    return next_try


def back(channel: str) -> None:
    """Something got through."""
    Relay.objects.filter(channel=channel, away_since__isnull=False).update(away_since=None, next_try_at=None, finder="")


def hurry(channel: str) -> None:
    """Somebody wants to look now; or the one whose turn it was has not come as far as the relay."""
    Relay.objects.filter(channel=channel, away_since__isnull=False).update(next_try_at=clock.now())


def away() -> dict[str, Relay]:
    """What is certainly away, by channel."""
    return {row.channel: row for row in Relay.objects.filter(away_since__isnull=False, finder="")}


def shut() -> list[str]:
    """The channels in which nothing is tried at this moment."""
    return list(Relay.objects.filter(away_since__isnull=False, finder="", next_try_at__gt=clock.now()).values_list("channel", flat=True))


def is_unreachable(error: BaseException) -> bool:
    """Whether an error while connecting is about the relay itself, and so about every message: nobody answers, or lets us in."""
    if isinstance(error, SMTPResponseException):
        closing = error.smtp_code == SERVICE_NOT_AVAILABLE
        return closing or isinstance(error, SMTPConnectError | SMTPHeloError | SMTPAuthenticationError)
    return isinstance(error, SMTPServerDisconnected) or (isinstance(error, OSError) and not isinstance(error, SMTPException))
