"""What is to be done, how far it is, and what came of each thing in it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.bounds import sane_moments
from helpdesk.base.ids import IdOf
from helpdesk.base.models import Blob

REASON = 300  # signs


class Job(models.Model):
    """Long work of a kind that a room has registered. Only ids, numbers and our own words: never a text of a player's.

    From `due_at` on a worker may take it; it holds it until `claimed_until`, which it puts off with each step. `cursor` is what the kind
    must know to go on. `attempts` counts since the last step that was done.
    """

    personal: ClassVar[tuple[str, ...]] = ("result",)

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting its turn")
        RUNNING = "running", _("under way")
        PAUSED = "paused", _("paused")
        PARKED = "parked", _("stopped by a fault")
        CANCELLED = "cancelled", _("cancelled")
        DONE = "done", _("done")

    class Why(models.TextChoices):
        """Why it was cancelled."""

        ASKED = "asked", _("Somebody cancelled it.")
        RIGHT = "right", _("Who started it may not do this any more.")
        ACCOUNT = "account", _("The account of who started it is closed.")

    kind = models.CharField(max_length=40)
    owner = IdOf("staff.User", null=True)  # who started it; null: the desk itself, or the command line
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    why = models.CharField(max_length=10, choices=Why.choices, blank=True)
    parameters = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)  # things to do; 0: nobody knows
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=REASON, blank=True)  # of the last fault, while it stands
    parked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    player = IdOf("players.Player", null=True)  # whose data the result holds
    result = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    result_name = models.CharField(max_length=120, blank=True)
    result_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="job_state_known", condition=Q(state__in=["waiting", "running", "paused", "parked", "cancelled", "done"])
            ),
            models.CheckConstraint(name="job_why_known", condition=Q(why__in=["", "asked", "right", "account"])),
            models.CheckConstraint(name="job_ends_once", condition=Q(state__in=["cancelled", "done"]) ^ Q(ended_at__isnull=True)),
            models.CheckConstraint(name="job_parked_since", condition=Q(state="parked") ^ Q(parked_at__isnull=True)),
            sane_moments("job_moments_sane", "due_at", "started_at", "result_until"),
        ]
        indexes = [
            models.Index(name="job_due", fields=["due_at", "id"], condition=Q(state__in=["waiting", "running"])),
            models.Index(name="job_of_owner", fields=["owner", "-id"]),
            models.Index(name="job_parked", fields=["parked_at"], condition=Q(parked_at__isnull=False)),
            models.Index(name="job_ended", fields=["ended_at"], condition=Q(ended_at__isnull=False)),
            models.Index(name="job_of_player", fields=["player"], condition=Q(player__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.state}"

    @property
    def over(self) -> bool:
        """Whether nothing comes any more."""
        return self.ended_at is not None


class JobPart(models.Model):
    """Some of the things that a job was given when it was started, and what came of them; one part is one step."""

    personal: ClassVar[tuple[str, ...]] = ()

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="parts")
    place = models.PositiveIntegerField()
    ids = models.JSONField()
    done_at = models.DateTimeField(null=True)
    changed = models.JSONField(default=dict)  # {id: what one must know to take it back}
    refused = models.JSONField(default=dict)  # {reason, in the owner's language: [ids]}

    class Meta:
        constraints = [
            models.UniqueConstraint(name="job_part_once", fields=["job", "place"]),
            sane_moments("job_part_moments_sane", "done_at"),
        ]
        indexes = [
            models.Index(name="job_part_open", fields=["job", "place"], condition=Q(done_at=None)),
            models.Index(name="job_part_refused", fields=["job", "place"], condition=~Q(refused={})),
        ]
