"""Who looked at a ticket, how far, and whether they are still there."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from helpdesk.base import clock
from helpdesk.base.ids import IdOf
from helpdesk.base.jobs.models import Job
from helpdesk.base.models import Blob
from helpdesk.staff.models import User
from tickets.models import Ticket


class TicketView(models.Model):
    """One operator's look at one ticket: the last event they had on screen, when their page last spoke, and what they were doing.

    Serves the line “new since you looked”, the bold rows of the queue, and “Anna is writing”.
    """

    personal: ClassVar[tuple[str, ...]] = ()

    class Doing(models.TextChoices):
        READING = "reading"
        WRITING = "writing"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    event_id = IdOf("tickets.Event", default=0)
    at = models.DateTimeField(default=clock.now)
    doing = models.CharField(max_length=8, choices=Doing.choices, default=Doing.READING)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_look_per_person", fields=["ticket", "user"]),
            models.CheckConstraint(name="look_doing_known", condition=models.Q(doing__in=["reading", "writing"])),
        ]
        indexes = [models.Index(name="look_at_ticket", fields=["ticket", "-at"])]


class ViewSpan(models.Model):
    """For so long one operator had a ticket before them without a break: on a visible page, touched a minute ago at most.

    `ended_at` moves on while they look. No ticket changes by it, so it is no event; what operators' time is spent on is told by these.
    """

    personal: ClassVar[tuple[str, ...]] = ()

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="view_span_has_a_length", condition=models.Q(ended_at__gte=models.F("began_at")))]
        indexes = [
            models.Index(name="view_span_newest", fields=["ticket", "user", "-ended_at"]),
            models.Index(name="view_span_of_user", fields=["user", "began_at"]),
        ]


class ListLook(models.Model):
    """How somebody wants lists to look where the address does not say it: the names of the columns in their order, and the density."""

    personal: ClassVar[tuple[str, ...]] = ()

    class Density(models.TextChoices):
        ROOMY = "roomy"
        COMPACT = "compact"

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    columns = ArrayField(models.CharField(max_length=64))
    density = models.CharField(max_length=8, choices=Density.choices, default=Density.ROOMY)

    class Meta:
        constraints = [models.CheckConstraint(name="look_density_known", condition=models.Q(density__in=["roomy", "compact"]))]


class Export(models.Model):
    """A list that somebody has as a file: what its job must know, until the file is gone.

    `asked` is the query string of the queue, which may hold what somebody typed about a player.
    """

    personal: ClassVar[tuple[str, ...]] = ("asked",)

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="+")
    asked = models.TextField(blank=True)
    columns = ArrayField(models.CharField(max_length=64))

    def __str__(self) -> str:
        return str(self.job_id)


class ExportPart(models.Model):
    """Some tickets of an exported list, in the order of their ids: their rows until the file is whole, and which they are as long as it is
    there, so that it goes when one of their players is erased.
    """

    personal: ClassVar[tuple[str, ...]] = ("rows",)

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="parts")
    first = models.PositiveIntegerField()  # so many rows stand before it
    tickets = ArrayField(models.BigIntegerField())
    rows = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    size = models.PositiveIntegerField()  # bytes of the rows, when they are not compressed

    class Meta:
        constraints = [models.UniqueConstraint(name="export_part_once", fields=["export", "first"])]
