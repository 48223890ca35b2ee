"""A person steps away from the desk and returns: their own switch, nobody else's."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.audit.services import note_audit
from helpdesk.base.bounds import LATEST, PASSED
from helpdesk.base.clock import now
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import Away, User

LONGEST = timedelta(days=31)


@transaction.atomic
def go_away(user: User, *, until: datetime | None = None, request: HttpRequest | None = None) -> Away:
    """From now on until a moment, or till `come_back`. DomainError for a moment that has passed or is too far: that is an absence."""
    at = now()
    if until is not None and until <= at:
        raise DomainError(PASSED, field="until")
    if until is not None and until > at + LONGEST:
        raise DomainError(_("For so long it is an absence: have it entered as one."), field="until")
    person = _locked(user)
    _end(person, at)
    person.away_until = until or LATEST
    person.save(update_fields=["away_until"])
    note_audit("staff.away", by=user, subject=person, request=request, until=until)
    return Away.objects.create(user=person, since=at, until=until)


@transaction.atomic
def come_back(user: User, *, request: HttpRequest | None = None) -> None:
    """The person is here again."""
    at, person = now(), _locked(user)
    if _end(person, at):
        note_audit("staff.back", by=user, subject=person, request=request)
    person.away_until = None
    person.save(update_fields=["away_until"])


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _end(person: User, at: datetime) -> bool:
    """End the span that is open; False when it was over by itself, or there is none."""
    span = Away.objects.filter(user=person, ended_at=None).first()
    if span is None:
        return False
    span.ended_at = min(span.until or at, at)
    span.save(update_fields=["ended_at"])
    return span.ended_at == at
