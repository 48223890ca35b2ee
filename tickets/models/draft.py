"""What somebody is writing. Kept on the server, so that it survives a closed lid and colleagues see that it is there."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.staff.models import User
from tickets.models.ticket import Status, Ticket


class Draft(models.Model):
    """One reply and one note in the making per operator and ticket, and one conversation that they are about to begin.

    `revision` is another one after each change; `composer` is the key of the form that wrote it last, if one did. See
    `services/drafts.py`.
    """

    personal: ClassVar[tuple[str, ...]] = ("text", "heading")

    class Kind(models.TextChoices):
        REPLY = "reply", _("reply")
        NOTE = "note", _("note")
        START = "start", _("new conversation")

    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    text = models.TextField(blank=True)
    then_status = models.CharField(max_length=12, choices=Status.choices, blank=True)
    heading: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict, blank=True
    )  # of a start: to whom, about what
    revision = models.UUIDField(default=uuid4)
    composer = models.UUIDField(null=True, blank=True)
    began_at = models.DateTimeField(null=True, default=clock.now)
    typed = models.PositiveIntegerField(null=True, blank=True)  # characters, as its composer counts them
    inserted = models.PositiveIntegerField(null=True, blank=True)
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_draft_per_kind", fields=["ticket", "author", "kind"]),
            models.UniqueConstraint(name="one_start_per_author", fields=["author"], condition=Q(kind="start")),
            models.CheckConstraint(name="draft_kind_known", condition=Q(kind__in=["reply", "note", "start"])),
            models.CheckConstraint(name="draft_of_a_ticket_or_a_start", condition=Q(ticket__isnull=True) ^ ~Q(kind="start")),
        ]
