"""Blobs (content-addressed bytes) and texts (versioned, per language) that every room may use."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from helpdesk.base import clock


class Blob(models.Model):
    """Bytes in Django's storage under their sha256. Rows of other rooms point here; what nobody points to is swept."""

    personal: ClassVar[tuple[str, ...]] = ("sha256",)

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()  # bytes
    media_type = models.CharField(max_length=120, default="application/octet-stream")
    created_at = models.DateTimeField(default=clock.now)  # or when the same bytes came again; the grace of the sweep runs from here
    unreadable_since = models.DateTimeField(null=True)  # its file was missed or found damaged; see `blobs.examine`

    class Meta:
        constraints = [models.CheckConstraint(name="blob_has_a_size", condition=Q(size__gte=0))]
        indexes = [models.Index(name="blob_unreadable", fields=["unreadable_since"], condition=Q(unreadable_since__isnull=False))]

    @property
    def path(self) -> str:
        """Name within the storage."""
        return f"blobs/{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"


class Text(models.Model):
    """A text that players may read (signature, notice, survey, …): a key, for one game or for all."""

    personal: ClassVar[tuple[str, ...]] = ()

    key = models.CharField(max_length=80)
    scope = models.CharField(max_length=80, blank=True)  # "game:<slug>", or empty: for all
    label = models.CharField(max_length=120)
    placeholders = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="text_key_once_per_scope", fields=["key", "scope"])]


class TextVersion(models.Model):
    """One wording in one language. Never changed: an edit is a new version, and a message remembers the one it was made from."""

    personal: ClassVar[tuple[str, ...]] = ()

    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="versions")
    language = models.CharField(max_length=12)
    version = models.PositiveIntegerField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    created_at = models.DateTimeField(default=clock.now)
    author_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="text_version_once", fields=["text", "language", "version"])]

    @property
    def has_words(self) -> bool:
        """Whether it says anything. A version without words is how a text is emptied."""
        return bool(self.body.strip())


class RateLimitWindow(models.Model):
    """How often somebody came to a public door within a window; see `rate_limits.py`. Every web process writes it, a sweep clears it."""

    personal: ClassVar[tuple[str, ...]] = ()

    key = models.CharField(max_length=120, unique=True)  # door, window, digest of who
    visits = models.PositiveIntegerField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="rate_limit_window_over", fields=["until"])]


class Relay(models.Model):
    """Whether what carries a channel's messages away can be reached; see `relay.py`. One row for each channel that ever failed."""

    personal: ClassVar[tuple[str, ...]] = ()

    channel = models.CharField(max_length=20, primary_key=True)
    away_since = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)  # the last try that found it away
    finder = models.CharField(max_length=40, blank=True)  # the only one that says so, as long as it may be this one's own fault
    reason = models.CharField(max_length=300, blank=True)
    told_at = models.DateTimeField(null=True)  # the administrators know that it is away

    class Meta:
        constraints = [
            models.CheckConstraint(name="relay_away_knows_when_next", condition=Q(away_since=None) | Q(next_try_at__isnull=False))
        ]


class Outward(models.Model):
    """The one row that says whether anything leaves the house, and in which database that was said; see `outward.py`."""

    personal: ClassVar[tuple[str, ...]] = ()

    place = models.CharField(max_length=80)
    is_on = models.BooleanField(default=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(name="outward_is_one_row", condition=Q(id=1))]


class FormKey(models.Model):
    """The key of a form that has done its deed, and what came of it; see `idempotency.py`."""

    personal: ClassVar[tuple[str, ...]] = ()

    user_id = models.BigIntegerField()
    form = models.CharField(max_length=20)
    key = models.UUIDField()
    result = models.BigIntegerField(default=0)  # the id of the row it made
    claimed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(name="form_done_once", fields=["user_id", "form", "key"])]
        indexes = [models.Index(name="form_key_over", fields=["claimed_at"])]
