"""What was promised to players, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.bounds import sane_moments
from helpdesk.base.ids import IdOf
from helpdesk.studio.models import Department
from tickets.actors import ActorKind
from tickets.models.ticket import Ticket


class Pledge(models.Model):
    """The ledger of promises: what a hold said when it began. Who owes an answer (`on`, a department; empty: we ourselves), what the
    player was told, by whom and until when. With a day it is a promise to the player, of which a ticket has one open at a time.

    The event of the move names this row and holds none of its words, so that they can be erased and the history stands. A promise whose day
    passed is broken and still owed: `broken_at` stays, whatever ends it. It does not end with the hold (`lifecycle/promises.py`).
    """

    personal: ClassVar[tuple[str, ...]] = ("on", "told")

    class Outcome(models.TextChoices):
        KEPT = "kept", _("kept")
        LATE = "late", _("answered after its day")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Why(models.TextChoices):
        """Why one was withdrawn."""

        REPLACED = "replaced", _("another one stands in its place")
        NO_DAY = "no_day", _("the hold has no day any more")
        SETTLED = "settled", _("the matter ended without an answer")
        MERGED = "merged", _("the ticket was merged into another one")
        PARTED = "parted", _("it went back with a ticket that was merged by mistake")

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="pledges", db_constraint=False)
    on = models.CharField(max_length=60)
    told = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=clock.now)
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    until = models.DateTimeField(null=True, blank=True)
    by_kind = models.CharField(max_length=10, choices=ActorKind.choices, blank=True, db_default="")
    by_id = IdOf("staff.User", where=("by_kind", "operator"), null=True, blank=True)
    broken_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, db_default="")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = IdOf("staff.User", null=True, blank=True)  # an operator; None: the desk, a flow
    why = models.CharField(max_length=10, choices=Why.choices, blank=True, db_default="")
    answered_by = IdOf("tickets.Message", null=True, blank=True)
    instead = IdOf("tickets.Pledge", null=True, blank=True)  # the promise that stands in its place

    class Meta:
        constraints = [
            models.CheckConstraint(name="pledge_outcome_known", condition=Q(outcome__in=["", "kept", "late", "withdrawn"])),
            models.CheckConstraint(name="pledge_why_known", condition=Q(why__in=["", "replaced", "no_day", "settled", "merged", "parted"])),
            models.CheckConstraint(name="pledge_by_known", condition=Q(by_kind__in=["", *ActorKind.values])),
            sane_moments("pledge_moments_sane", "until"),
            models.UniqueConstraint(
                name="one_open_promise_per_ticket", fields=["ticket"], condition=Q(until__isnull=False, ended_at__isnull=True)
            ),
        ]
        indexes = [models.Index(name="pledge_of_ticket", fields=["ticket"])]

    def __str__(self) -> str:
        return self.on
