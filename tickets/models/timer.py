"""Timers, and the rules by which tickets move without a click."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.bounds import LONGEST_SILENCE, sane_moments, whole_number
from helpdesk.base.ids import IdOf
from helpdesk.studio.models import Game
from tickets.models.ticket import Status, Ticket


class Trigger(models.TextChoices):
    """What a rule reacts to."""

    PLAYER_MESSAGE = "player_message", _("the player writes")
    OPERATOR_REPLY = "operator_reply", _("our answer leaves")
    SILENCE = "silence", _("silence for some hours")


class LifecycleRule(models.Model):
    """From a status, on a trigger, to another status. A game's own rule stands before the rule for all games."""

    personal: ClassVar[tuple[str, ...]] = ()

    game = models.ForeignKey(Game, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    from_status = models.CharField(max_length=12, choices=Status.choices)
    trigger = models.CharField(max_length=16, choices=Trigger.choices)
    hours = models.PositiveIntegerField(null=True, blank=True)  # of silence
    to_status = models.CharField(max_length=12, choices=Status.choices)
    notice_key = models.CharField(max_length=80, blank=True)  # a text of base.texts that tells the player
    enabled = models.BooleanField(default=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="rule_once", fields=["game", "from_status", "trigger"], nulls_distinct=False),
            models.CheckConstraint(name="rule_trigger_known", condition=Q(trigger__in=["player_message", "operator_reply", "silence"])),
            models.CheckConstraint(name="rule_from_known", condition=Q(from_status__in=[s.value for s in Status])),
            models.CheckConstraint(name="rule_to_known", condition=Q(to_status__in=[s.value for s in Status])),
            models.CheckConstraint(
                name="silence_has_hours",
                condition=Q(trigger="silence", hours__gte=1, hours__lte=LONGEST_SILENCE) | (~Q(trigger="silence") & Q(hours__isnull=True)),
            ),
        ]


class Timer(models.Model):
    """Something that happens to a ticket at `due_at` unless the ticket changes before. One per ticket and kind, or one for each of several
    things of a kind: `kind` is then its name and the id of that thing, “sla.due/17”, so that one key serves both.

    A freezing timer of a ticket on hold has no `due_at` but the time `left`.
    """

    personal: ClassVar[tuple[str, ...]] = ("error",)
    NAME: ClassVar[Func] = Func(F("kind"), Value("/"), Value(1), function="split_part", output_field=models.CharField())

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="timers")
    kind = models.CharField(max_length=40)
    due_at = models.DateTimeField(null=True)
    freezes = models.BooleanField(default=False)
    left = models.DurationField(null=True)
    rule = models.ForeignKey(LifecycleRule, null=True, on_delete=models.CASCADE, related_name="+")
    anchor_event_id = IdOf("tickets.Event", null=True)  # what it counts from
    armed_at = models.DateTimeField(default=clock.now)
    claimed_until = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)  # it failed again and again: a person decides
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="timer_once_per_kind", fields=["ticket", "kind"]),
            sane_moments("timer_moments_sane", "due_at", "armed_at"),
            models.CheckConstraint(name="timer_stands_no_longer_than_a_century", condition=Q(left__lte=timedelta(days=36_525))),
            models.CheckConstraint(name="timer_runs_or_stands", condition=Q(due_at__isnull=False) ^ Q(left__isnull=False)),
        ]
        indexes = [
            models.Index(name="timer_due", fields=["due_at"], condition=Q(due_at__isnull=False)),
            models.Index(name="timer_parked", fields=["parked_at"], condition=Q(parked_at__isnull=False)),
        ]

    @staticmethod
    def key(name: str, ref: int = 0) -> str:
        """What stands in `kind`."""
        return f"{name}/{ref}" if ref else name

    @property
    def name(self) -> str:
        """The name of its kind, as rooms register it."""
        return self.kind.partition("/")[0]

    @property
    def ref(self) -> int:
        """The id of what it is about, 0 where a ticket has but one of its kind."""
        return whole_number(self.kind.partition("/")[2])
