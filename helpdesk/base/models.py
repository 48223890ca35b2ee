"""Blobs (content-addressed bytes) and texts (versioned, per language) that every room may use."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.bounds import sane_moments


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


class Reachable(models.Model):
    """Whether something that many use can be reached; see `breaker.py`. A row for each that ever failed."""

    away_since = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)  # the last try that found it away
    finder = models.CharField(max_length=40, blank=True)  # the only one that says so, as long as it may be this one's own fault
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(name="%(class)s_away_knows_when_next", condition=Q(away_since=None) | Q(next_try_at__isnull=False))
        ]


class Relay(Reachable):
    """What carries a channel's messages away; see `relay.py`."""

    personal: ClassVar[tuple[str, ...]] = ()

    channel = models.CharField(max_length=20, primary_key=True)
    told_at = models.DateTimeField(null=True)  # the administrators know that it is away


class OutgoingService(Reachable):
    """Somebody else's server that we call; see `outgoing`."""

    personal: ClassVar[tuple[str, ...]] = ()

    name = models.CharField(max_length=40, primary_key=True)


class OutgoingCall(models.Model):
    """A call to somebody else's server as the log keeps it for some days: never a header, a body, a path, a name or address of a player."""

    personal: ClassVar[tuple[str, ...]] = ()

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("answered")
        ERROR = "error", _("answered with an error")
        UNREACHABLE = "unreachable", _("no connection")
        SLOW = "slow", _("too slow")
        LARGE = "large", _("more than allowed")
        GARBLED = "garbled", _("no sense in its answer")
        REFUSED = "refused", _("not allowed to call there")

    at = models.DateTimeField(default=clock.now)
    service = models.CharField(max_length=40)
    method = models.CharField(max_length=10)
    host = models.CharField(max_length=120, blank=True)
    what = models.CharField(max_length=60, blank=True)  # the caller's own word for what it asked
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    status = models.PositiveSmallIntegerField(null=True)
    milliseconds = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)  # bytes
    received = models.PositiveIntegerField(default=0)  # bytes

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="outgoing_outcome_known",
                condition=Q(outcome__in=["answered", "error", "unreachable", "slow", "large", "garbled", "refused"]),
            )
        ]
        indexes = [
            models.Index(name="outgoing_call_of", fields=["service", "-at", "-id"]),
            models.Index(name="outgoing_call_at", fields=["-at", "-id"]),
        ]


class EnteredKey(models.Model):
    """A key that somebody entered in a page, encrypted; see `keys.py`. It is good for one purpose and one place."""

    personal: ClassVar[tuple[str, ...]] = ()

    name = models.CharField(max_length=80, unique=True)  # what it is for, such as mail.mailbox.7
    place = models.CharField(max_length=260)  # the host and port that it may go to
    sealed = models.CharField(max_length=8_000)
    version = models.PositiveIntegerField(default=1)  # grows with each value, and names it to who verifies signatures
    former = models.CharField(max_length=8_000, blank=True)  # the value before, sealed
    former_until = models.DateTimeField(null=True)
    saved_by_id = models.BigIntegerField(null=True)
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            sane_moments("entered_key_moments", "former_until"),
            models.CheckConstraint(name="entered_key_former_ends", condition=Q(former="") | Q(former_until__isnull=False)),
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
