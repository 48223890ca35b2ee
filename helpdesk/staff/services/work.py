"""When operators are at work, as far as the desk sees it: whatever they do moves their session on."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.base.clock import now
from helpdesk.staff.models import User, WorkSession

BREAK = timedelta(minutes=10)  # a longer one ends a session
STEP = timedelta(minutes=1)  # so exact is a session's end


def worked(user: User) -> None:
    """This person does something at this moment."""
    at = now()
    last = WorkSession.objects.filter(user=user).order_by("-ended_at").first()
    if last is None or last.ended_at < at - BREAK:
        WorkSession.objects.create(user=user, began_at=at, ended_at=at)
    elif last.ended_at <= at - STEP:
        WorkSession.objects.filter(pk=last.pk).update(ended_at=at)
