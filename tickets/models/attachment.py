"""Files at messages and drafts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from helpdesk.base import clock
from helpdesk.base.models import Blob
from tickets.models.draft import Draft
from tickets.models.message import Message
from tickets.models.ticket import Ticket


class Attachment(models.Model):
    """A file by what it contains, not by what it calls itself. A refused file stays as a stub with its reason."""

    personal: ClassVar[tuple[str, ...]] = ("name", "blob", "preview", "content_id", "refused")

    ticket = models.ForeignKey(  # null while it hangs at the draft of a conversation that has not begun
        Ticket, null=True, blank=True, on_delete=models.PROTECT, related_name="attachments", db_constraint=False
    )
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.PROTECT, related_name="attachments", db_constraint=False)
    draft = models.ForeignKey(Draft, null=True, blank=True, on_delete=models.SET_NULL, related_name="attachments")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=120)
    size = models.BigIntegerField()  # bytes as received
    blob = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    preview = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")  # a small WebP of a picture
    inline = models.BooleanField(default=False)
    content_id = models.CharField(max_length=250, blank=True)
    refused = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(name="attachment_kept_or_refused", condition=Q(blob__isnull=False) ^ ~Q(refused=""))]
        indexes = [models.Index(name="attachment_of_message", fields=["message"])]
