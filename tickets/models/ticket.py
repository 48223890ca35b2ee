"""The ticket: one matter of one player in one game."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal, cast

from django.db import models
from django.db.models import BigIntegerField, Case, ExpressionWrapper, F, Func, Q, Value, When
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.base import clock
from helpdesk.base.bounds import sane_moments
from helpdesk.base.ids import IdOf
from helpdesk.staff.models import Team, User
from helpdesk.studio.models import Department, Game, Reason, Tag, Topic
from players.models import Address, Player

FAR = datetime(9999, 1, 1, tzinfo=UTC)  # sorts behind everybody who waits


class Status(models.TextChoices):
    """The seven statuses. Requester wait = new + waiting + in_progress + pending; on hold = in_progress + pending."""

    NEW = "new", _("New")
    WAITING = "waiting", _("Waiting")
    IN_PROGRESS = "in_progress", _("In progress")
    PENDING = "pending", _("Pending")
    ANSWERED = "answered", _("Answered")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


PriorityWord = Literal["low", "normal", "high", "urgent"]


class Priority(models.IntegerChoices):
    """How much it matters beside others, as people and flows say it; never as a player's mail program does."""

    LOW = 1, pgettext_lazy("priority", "Low")
    NORMAL = 2, pgettext_lazy("priority", "Normal")
    HIGH = 3, pgettext_lazy("priority", "High")
    URGENT = 4, pgettext_lazy("priority", "Urgent")

    @property
    def word(self) -> PriorityWord:
        """What events, filters and addresses call it."""
        return cast(PriorityWord, self.name.lower())

    @classmethod
    def said(cls, word: str) -> Priority:
        """The one of this word; KeyError where there is none."""
        return cls[word.upper()]


ON_HOLD = frozenset({Status.IN_PROGRESS, Status.PENDING})
OPEN = frozenset({Status.NEW, Status.WAITING, Status.IN_PROGRESS, Status.PENDING})
PLACE_OF_STATUS = Case(  # what tickets are sorted by who are sorted by status
    *(When(status=status.value, then=Value(place)) for place, status in enumerate(Status)),
    default=Value(len(Status)),
    output_field=models.SmallIntegerField(),
)


def or_far(day: Any) -> Coalesce:
    """A moment of a ticket that may be missing, as tickets are sorted by it."""
    return Coalesce(day, Value(FAR), output_field=models.DateTimeField())


DUE = or_far(Least("pending_until", "promised_until"))
"""`due_key` for queries: the nearest day by which somebody is due, or FAR."""
_LEVEL = 10**18  # more microseconds than lie before FAR
URGENCY = ExpressionWrapper(
    (Priority.URGENT.value - F("priority")) * _LEVEL
    + Func(
        F("waiting_key"),
        template="(EXTRACT(EPOCH FROM %(expressions)s - '1970-01-01 00:00+00'::timestamptz) * 1000000)::bigint",
        output_field=BigIntegerField(),
    ),
    output_field=BigIntegerField(),
)
"""`urgency_key` for queries, as indexes have it: the most urgent first, and among those of one priority who has waited longest."""


def nearest_day(*days: datetime | None) -> datetime:
    """The same of what a row says."""
    return min(filter(None, days), default=FAR)


def with_nobody() -> Q:
    """The condition on tickets that nobody works on: without an assignee, or with one whose account is closed."""
    return Q(assignee=None) | Q(assignee__in=User.objects.filter(is_active=False).values("pk"))


class Ticket(models.Model):
    """`number` is what people say; it is random, so nobody can count our tickets. Sort keys are NOT NULL columns.

    `status` is written by `lifecycle/machine.py` alone, `promised_until` by `lifecycle/promises.py` alone, `waiting_since`,
    `first_reply_at` and `last_player_message_at` by `lifecycle/waiting.py` alone. Every change is made by a service that holds the row's
    lock and records an event.
    """

    personal: ClassVar[tuple[str, ...]] = ("subject", "preview", "contact", "pending_on", "pending_told")

    number = models.CharField(max_length=12, unique=True)
    game = models.ForeignKey(Game, on_delete=models.PROTECT, related_name="+")
    player = models.ForeignKey(Player, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Address, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20)
    started_by = models.CharField(max_length=10, choices=[("player", _("player")), ("operator", _("operator"))], default="player")
    subject = models.CharField(max_length=300, blank=True)
    preview = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=12)

    status = models.CharField(max_length=12, choices=Status.choices, default=Status.NEW)
    status_since = models.DateTimeField()
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NORMAL, db_default=Priority.NORMAL)
    pending_on = models.CharField(max_length=60, blank=True)  # the department that owes an answer, as it was called then
    pending_department = models.ForeignKey(  # of a pending one; older words name none
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    pending_until = models.DateTimeField(null=True, blank=True)  # of one on hold: by when that answer comes, or we look again
    pending_told = models.CharField(max_length=300, blank=True)  # what the player was told
    hold_reason = models.ForeignKey(Reason, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    promised_until = models.DateTimeField(null=True, blank=True)  # the day of its open promise (`Pledge`), on hold or not

    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    assignee = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    topic_by_machine = models.BooleanField(default=False)
    tags = models.ManyToManyField(Tag, blank=True, related_name="+")

    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    waiting_since = models.DateTimeField(null=True, blank=True)
    waiting_key = models.DateTimeField(default=FAR)  # waiting_since, or FAR: the queue's sort key
    first_reply_at = models.DateTimeField(null=True, blank=True)
    last_player_message_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    rating = models.PositiveSmallIntegerField(default=0, db_default=0)  # the newest one of its surveys, which alone write it; 0: none
    last_event_id = IdOf("tickets.Event", default=0)

    follows = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="follow_ups")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    merged_after = IdOf("tickets.Message", null=True, blank=True)  # the last one before the merge: who wrote earlier saw one ticket only

    class Meta:
        constraints = [
            models.CheckConstraint(name="ticket_status_known", condition=Q(status__in=[s.value for s in Status])),
            models.CheckConstraint(name="ticket_priority_known", condition=Q(priority__in=[p.value for p in Priority])),
            models.CheckConstraint(name="ticket_started_by_known", condition=Q(started_by__in=["player", "operator"])),
            sane_moments("ticket_moments_sane", "pending_until", "created_at", "waiting_since", "last_player_message_at"),
            sane_moments("ticket_promise_sane", "promised_until"),
            models.CheckConstraint(name="pending_names_who_owes", condition=Q(status="pending") ^ Q(pending_on="")),
            models.CheckConstraint(
                name="waiting_key_is_waiting_since",
                condition=Q(waiting_since__isnull=True, waiting_key=FAR)
                | Q(waiting_since__isnull=False, waiting_key=models.F("waiting_since")),
            ),
        ]
        indexes = [
            models.Index(name="ticket_queue_waiting", fields=["status", "waiting_key", "id"]),
            models.Index(name="ticket_queue_created", fields=["status", "created_at", "id"]),
            models.Index(name="ticket_queue_changed", fields=["status", "changed_at", "id"]),
            models.Index(name="ticket_game_waiting", fields=["game", "status", "waiting_key", "id"]),
            models.Index(name="ticket_assignee", fields=["assignee", "status", "waiting_key", "id"], condition=Q(assignee__isnull=False)),
            models.Index(F("status"), URGENCY, F("id"), name="ticket_queue_urgent"),
            models.Index(URGENCY, F("id"), name="ticket_waiting_urgent", condition=Q(waiting_key__lt=FAR)),
            models.Index(URGENCY, F("id"), name="ticket_all_urgent"),
            models.Index(F("status"), DUE, F("id"), name="ticket_queue_due", condition=Q(status__in=sorted(ON_HOLD))),
            models.Index(name="ticket_all_created", fields=["created_at", "id"]),
            models.Index(name="ticket_all_changed", fields=["changed_at", "id"]),
            models.Index(name="ticket_all_waiting", fields=["waiting_key", "id"]),
            models.Index(
                name="ticket_counts",  # all that a scope or a tab asks of a row: counted without looking at the table
                fields=["status", "language", "game", "team", "topic", "id"],
                condition=Q(merged_into__isnull=True),
            ),
            models.Index(PLACE_OF_STATUS, "id", name="ticket_by_status"),
            models.Index(DUE, "id", name="ticket_by_due"),
            models.Index(or_far("pending_until"), "id", name="ticket_by_pending_until"),
            models.Index(or_far("promised_until"), "id", name="ticket_by_promised_until"),
            models.Index(name="ticket_by_rating", fields=["rating", "id"]),
            models.Index(name="ticket_of_player", fields=["player", "-created_at"]),
        ]

    @property
    def on_hold(self) -> bool:
        """Whether the life cycle's clock stands still."""
        return self.status in ON_HOLD

    @property
    def due_key(self) -> datetime:
        """The nearest day by which somebody is due, as `DUE` finds it: of the hold, or of the promise to the player; FAR without one."""
        return nearest_day(self.pending_until, self.promised_until)

    @property
    def urgency_key(self) -> int:
        """Its place among the most urgent, as `URGENCY` finds it."""
        waiting = (self.waiting_key - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        return (Priority.URGENT - self.priority) * _LEVEL + waiting

    @property
    def overdue(self) -> bool:
        """Whether that day has passed."""
        return self.due_key <= clock.now()
