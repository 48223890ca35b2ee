"""One table of who did what outside the tickets. Plain columns, no foreign keys: what is deleted elsewhere stays told here.

An entry can never be changed, so it holds no words about a player; what a person typed about one is a `Remark` beside it.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    OPERATOR = "operator", _("Operator")
    PLAYER = "player", _("Player")
    FLOW = "flow", _("Flow")
    SYSTEM = "system", _("System")
    VISITOR = "visitor", _("Somebody not signed in")


class AuditEntry(models.Model):
    """Written once, never changed (the database refuses an UPDATE). `data` holds ids, names of fields and values of the studio's
    own settings; never secrets, never a word of or about a player."""

    personal = ()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12, choices=ActorKind.choices)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=254, blank=True, default="")
    action = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=64, blank=True, default="")
    subject_id = models.BigIntegerField(null=True)
    game_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ("-id",)
        constraints = (models.CheckConstraint(name="audit_actor_kind_known", condition=models.Q(actor_kind__in=ActorKind.values)),)
        indexes = (
            models.Index(name="audit_by_actor", fields=("actor_kind", "actor_id", "-id")),
            models.Index(name="audit_by_action", fields=("action", "-id")),
            models.Index(name="audit_by_subject", fields=("subject_kind", "subject_id", "-id")),
        )


class Remark(models.Model):
    """Why somebody did it, in their own words. These may name a player, so they can be emptied, and say about which row they are."""

    personal: ClassVar[tuple[str, ...]] = ("text",)

    entry = models.OneToOneField(AuditEntry, on_delete=models.CASCADE, related_name="remark")
    text = models.CharField(max_length=500, blank=True)
    about_kind = models.CharField(max_length=64, blank=True, default="")
    about_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = (models.Index(name="remark_about", fields=("about_kind", "about_id")),)

    def __str__(self) -> str:
        return self.text
