"""What those who look after the desk are told when something stands still: once, until they have seen it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_noop

from helpdesk.base import relay
from helpdesk.base.clock import now
from helpdesk.base.models import Relay
from helpdesk.staff import notices
from helpdesk.staff.models import Notice, User
from helpdesk.staff.notices import NoticeKind, notify
from helpdesk.staff.rights import Right

log = structlog.get_logger(__name__)

PARKED_PAGE = "administration:parked"
PARKED, RELAY_AWAY, RELAY_BACK = "desk.parked", "desk.relay_away", "desk.relay_back"


def register_kinds() -> None:
    """Called in `ready()`."""
    away = gettext_noop("No mail leaves: the mail server does not answer. Everything waits, and leaves when it is back.")
    notices.register(
        NoticeKind(PARKED, gettext_noop("Work stands still: the desk stumbled over it and has put it aside for you"), important=True),
        NoticeKind(RELAY_AWAY, away, important=True),
        NoticeKind(RELAY_BACK, gettext_noop("The mail server answers again; what waited leaves now."), important=True),
    )


def caretakers(right: Right) -> list[User]:
    """Who holds the right for everything."""
    everywhere = {"grants__game": None, "grants__team": None, "grants__language": "", "grants__topic_slug": ""}
    return list(User.objects.filter(is_active=True, grants__role__rights__contains=[right], **everywhere).distinct())


def raise_alarm(kind: str, *, right: Right, page: str = "", **data: Any) -> None:
    """Tell the caretakers. Whoever has not seen the last such notice is not told again."""
    people = caretakers(right)
    told = set(Notice.objects.filter(user__in=people, kind=kind, seen_at=None).values_list("user_id", flat=True))
    notify([user for user in people if user.pk not in told], kind, link=_address(page), **data)


def something_is_parked(kind: str) -> None:
    """Hears of each row that is parked. Who parks it must not fail because of the news."""
    try:
        with transaction.atomic():
            raise_alarm(PARKED, right=Right.MANAGE_DELIVERIES, page=PARKED_PAGE, what=kind)
    except Exception:
        log.exception("alarm_not_raised", kind=kind)


def watch_relays(patience: timedelta = relay.WORTH_TELLING) -> None:
    """One notice when a relay has been away for long, one when it is back. Called by a sweep."""
    with transaction.atomic():
        for row in Relay.objects.select_for_update(skip_locked=True):
            if row.away_since and not row.finder and not row.told_at and now() - row.away_since >= patience:
                row.told_at = now()
                raise_alarm(RELAY_AWAY, right=Right.MANAGE_DELIVERIES, reason=row.reason)
            elif row.told_at and not row.away_since:
                row.told_at = None
                raise_alarm(RELAY_BACK, right=Right.MANAGE_DELIVERIES)
            else:
                continue
            row.save(update_fields=["told_at"])


def _address(page: str) -> str:
    try:
        return reverse(page) if page else ""
    except NoReverseMatch:  # a house without that room
        return ""
