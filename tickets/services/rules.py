"""Changing the life cycle's rules, and what that does to the tickets whose silence already runs."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from tickets.lifecycle.machine import SILENCE
from tickets.lifecycle.moves import SYSTEM, may
from tickets.models import LifecycleRule, Occasion, Timer


def counts(rule: LifecycleRule) -> int:
    """How many running silences stand by this rule: what “re-arm them” would change."""
    return Timer.objects.filter(kind=SILENCE, rule=rule).count()


@transaction.atomic
def change_rule(rule: LifecycleRule, *, hours: int | None, to_status: str, notice_key: str, enabled: bool, rearm: bool, by: User) -> int:
    """Change a rule. With `rearm` the silences that run already follow it, from when they began; else they keep their time.

    Returns how many were re-armed. A disabled rule stops its silences when they are due, whatever was asked.
    """
    if rule.occasion == Occasion.SILENCE and not hours:
        raise DomainError(_("Say how many hours of silence."), field="hours")
    who = SYSTEM if rule.occasion == Occasion.SILENCE else None
    if who and not may(rule.from_status, to_status, who):
        raise DomainError(_("No clock may make this move."), field="to_status")
    rule.hours = hours if rule.occasion == Occasion.SILENCE else None
    rule.to_status, rule.notice_key, rule.enabled, rule.changed_at = to_status, notice_key, enabled, clock.now()
    rule.save()
    if not rearm or rule.occasion != Occasion.SILENCE:
        return 0
    running = list(Timer.objects.select_for_update().filter(kind=SILENCE, rule=rule, due_at__isnull=False))
    for timer in running:
        timer.due_at = timer.armed_at + timedelta(hours=rule.hours or 0)
    Timer.objects.bulk_update(running, ["due_at"], batch_size=500)
    return len(running)
