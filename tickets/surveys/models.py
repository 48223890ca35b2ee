"""What was asked of a player after a resolution, and what he answered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from helpdesk.base import clock
from helpdesk.base.ids import IdOf
from players.models import Player
from tickets.models import Message, Ticket


class Survey(models.Model):
    """One survey of one resolution. Whom the rating credits is written down when the survey goes out and never moves:

    `reply` is the last answer of a person that had left before the resolution, with its author and who approved it.
    """

    personal: ClassVar[tuple[str, ...]] = ("comment",)

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    resolution_event_id = IdOf("tickets.Event", unique=True)
    resolved_at = models.DateTimeField()
    language = models.CharField(max_length=12)
    invitation = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    reply = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False)
    reply_author_id = IdOf("staff.User", null=True)
    reply_approver_id = IdOf("staff.User", null=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True)
    comment = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)  # the first answer
    changed_at = models.DateTimeField(null=True)  # the last one

    class Meta:
        constraints = (
            models.CheckConstraint(name="score_from_1_to_5", condition=Q(score__isnull=True) | Q(score__gte=1, score__lte=5)),
            models.CheckConstraint(
                name="answered_survey_has_a_score",
                condition=Q(score__isnull=True, answered_at__isnull=True, changed_at__isnull=True)
                | Q(score__isnull=False, answered_at__isnull=False, changed_at__gte=F("answered_at")),
            ),
        )
        indexes = (models.Index(name="survey_of_ticket", fields=("ticket", "-id")),)

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.score or '–'}"


class Refusal(models.Model):
    """A player who does not want to be asked."""

    personal: ClassVar[tuple[str, ...]] = ()

    player = models.OneToOneField(Player, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return str(self.player_id)
