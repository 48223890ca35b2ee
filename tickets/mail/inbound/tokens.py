"""Tokens of signed webhooks: one that was shown at one door proves nothing at another. Kept as long as its signature could be good."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db import connection, transaction

from helpdesk.base import clock
from tickets.mail.models import HookToken

OLDEST, NEWEST = timedelta(hours=9), timedelta(minutes=15)
"""How far a signature's time may lie back or ahead. Mailgun tries again for 8 hours and 5 minutes, and does not say that it signs anew."""

SWEEP_EACH = 200  # one new token in so many also sweeps away those whose time is over
_SHOW = f"""
INSERT INTO {HookToken._meta.db_table} (digest, door, until) VALUES (%s, %s, %s)
ON CONFLICT (digest) DO UPDATE SET until = EXCLUDED.until RETURNING id, door
"""  # noqa: S608 - our own table


class Stale(Exception):
    """The signature is too old, not yet valid, or was used elsewhere. The text says which."""


def show(timestamp: str, token: str, door: str) -> None:
    """A signature that has just been found true is shown at `door`. Stale when it is good for nothing. Twice at one door is a retry."""
    now = clock.now()
    try:
        age = now.timestamp() - int(timestamp[:20])
    except ValueError as error:
        raise Stale("the signature has no time") from error
    if not -NEWEST.total_seconds() <= age <= OLDEST.total_seconds():
        raise Stale("the signature's time is long past or to come")
    digest = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SHOW, [digest, door, now + OLDEST + NEWEST])
        pk, shown_at = cursor.fetchone()
        if pk % SWEEP_EACH == 0:
            HookToken.objects.filter(until__lt=now).delete()
    if shown_at != door:
        raise Stale("the token was shown at another door")
