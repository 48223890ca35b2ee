"""Keys that people enter in pages (`helpdesk/base/keys.py`): entered, replaced and removed, each told to the audit without the value."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest

from helpdesk.audit.services import note_audit
from helpdesk.base import keys
from helpdesk.staff.models import User


@transaction.atomic
def enter_key(
    name: str,
    value: str,
    *,
    place: str,
    by: User,
    subject: Model | None = None,
    former_until: datetime | None = None,
    request: HttpRequest | None = None,
) -> None:
    """Seal a key for one purpose and one place. With `former_until` the value before stays good until then. DomainError."""
    replaces = keys.put(name, value, place=place, by_id=by.pk, former_until=former_until)
    told: dict[str, Any] = {"former_until": former_until.isoformat()} if former_until else {}
    action = "keys.replaced" if replaces else "keys.entered"
    note_audit(action, by=by, subject=subject, request=request, purpose=name, goes_to=place, **told)


@transaction.atomic
def remove_key(name: str, *, by: User, subject: Model | None = None, request: HttpRequest | None = None) -> None:
    """Forget a key, where there is one."""
    if keys.drop(name):
        note_audit("keys.removed", by=by, subject=subject, request=request, purpose=name)


def who_entered(told: keys.Told) -> str:
    """The name of who entered a key."""
    return User.objects.filter(pk=told.saved_by_id or 0).values_list("name", flat=True).first() or ""
