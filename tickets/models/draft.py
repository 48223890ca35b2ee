"""What somebody is writing. Kept on the server, so that it survives a closed lid and colleagues see that it is there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.staff.models import User
from tickets.models.ticket import Status, Ticket


class Draft(models.Model):
    """One reply and one note in the making per operator and ticket."""

    personal: ClassVar[tuple[str, ...]] = ("text",)

    class Kind(models.TextChoices):
        REPLY = "reply", _("reply")
        NOTE = "note", _("note")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    text = models.TextField(blank=True)
    then_status = models.CharField(max_length=12, choices=Status.choices, blank=True)
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_draft_per_kind", fields=["ticket", "author", "kind"]),
            models.CheckConstraint(name="draft_kind_known", condition=Q(kind__in=["reply", "note"])),
        ]
