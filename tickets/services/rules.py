"""Changing the life cycle's rules, and what that does to the tickets that they already concern."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.batches import batched
from helpdesk.base.bounds import LONGEST_SILENCE
from helpdesk.base.errors import DomainError
from tickets.lifecycle.machine import SILENCE, await_silence
from tickets.lifecycle.moves import OPERATOR, PLAYER, SYSTEM, may
from tickets.locks import lock_many
from tickets.models import LifecycleRule, Status, Ticket, Timer, Trigger

BATCH = 500


def concerned(rule: LifecycleRule) -> QuerySet[Ticket]:
    """The tickets whose silence this rule rules: those in its status and game, less the games that have a rule of their own."""
    tickets = Ticket.objects.filter(status=rule.from_status, merged_into=None)
    if rule.game_id:
        return tickets.filter(game_id=rule.game_id)
    own = LifecycleRule.objects.filter(from_status=rule.from_status, trigger=rule.trigger, game__isnull=False)
    return tickets.exclude(game__in=own.values("game"))


def counts(rule: LifecycleRule) -> int:
    """How many tickets “re-arm them” would concern; only silence has any."""
    return concerned(rule).count() if rule.trigger == Trigger.SILENCE else 0


def change_rule(rule: LifecycleRule, *, hours: int | None, to_status: str, notice_key: str, enabled: bool, rearm: bool) -> int:
    """Change a rule, or write a new one (an unsaved row). With `rearm` the tickets in its status follow it at once, counted from
    when their silence began; else those whose silence already runs keep their time. Returns how many were re-armed.

    A rule that is disabled stops its silences when they fall due, whatever was asked.
    """
    _check(rule, hours, to_status)
    with transaction.atomic():
        rule.hours = hours if rule.trigger == Trigger.SILENCE else None
        rule.to_status, rule.notice_key, rule.enabled, rule.changed_at = to_status, notice_key, enabled, clock.now()
        rule.save()
    return rearm_all(rule) if rearm else 0


def remove_rule(rule: LifecycleRule) -> int:
    """Take a game's own rule away: its tickets follow the rule for all games again. Returns how many were re-armed."""
    if rule.game_id is None:
        raise DomainError(_("A rule for all games can be switched off, not removed."))
    tickets = list(concerned(rule).order_by("pk").values_list("pk", flat=True)) if rule.trigger == Trigger.SILENCE else []
    rule.delete()
    return _rearm(tickets)


def rearm_all(rule: LifecycleRule) -> int:
    """Let every ticket that the rule concerns wait by it, in batches that each commit; returns how many there were."""
    if rule.trigger != Trigger.SILENCE:
        return 0
    return _rearm(list(concerned(rule).order_by("pk").values_list("pk", flat=True)))


def _rearm(pks: Sequence[int]) -> int:
    done = 0
    for some in batched(pks, BATCH):
        with transaction.atomic():
            tickets = lock_many(some)
            began = dict(Timer.objects.filter(ticket__in=tickets, kind=SILENCE).values_list("ticket_id", "armed_at"))
            await_silence(tickets, began=began)
            done += len(tickets)
    return done


def _check(rule: LifecycleRule, hours: int | None, to_status: str) -> None:
    if rule.trigger == Trigger.SILENCE and not hours:
        raise DomainError(_("Say how many hours of silence."), field="hours")
    if hours and not 0 < hours <= LONGEST_SILENCE:
        raise DomainError(_("No silence may last longer than a year."), field="hours")
    if to_status not in Status.values:
        raise DomainError(_("There is no such status."), field="to_status")
    if rule.trigger == Trigger.SILENCE and not may(rule.from_status, to_status, SYSTEM):
        raise DomainError(_("No clock may make this move."), field="to_status")
    if to_status == Status.PENDING:
        raise DomainError(_("A rule cannot say which department owes an answer."), field="to_status")
    if rule.trigger == Trigger.OPERATOR_REPLY and not may(rule.from_status, to_status, OPERATOR):
        raise DomainError(_("An answer may not make this move."), field="to_status")
    if rule.trigger == Trigger.PLAYER_MESSAGE and not may(rule.from_status, to_status, PLAYER):
        raise DomainError(_("A player's message may not make this move."), field="to_status")
