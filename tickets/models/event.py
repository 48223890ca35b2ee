"""The event log and what still has to hear of it."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import Q

from helpdesk.base import clock
from helpdesk.base.bounds import sane_moments
from helpdesk.base.ids import IdOf
from tickets.actors import ActorKind
from tickets.models.ticket import Ticket


class Lane(models.TextChoices):
    """`now` for what a person waits for, `bulk` for what comes by the thousand."""

    NOW = "now"
    BULK = "bulk"


class Event(models.Model):
    """What happened, and the ticket's state after it. The database refuses to change or delete one; a mistake is mended by a further event.

    `data` holds ids, enums, numbers and times only: texts, names and addresses lie in rows that can be erased. What it says stands in
    `tickets/events/`, kind by kind. Columns that come later are null in older rows.
    """

    personal: ClassVar[tuple[str, ...]] = ()

    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.PROTECT, related_name="events", db_constraint=False)
    subject = models.CharField(max_length=80, blank=True)  # "player:12", "raw:7" where no ticket is meant
    actor_kind = models.CharField(max_length=10, choices=ActorKind.choices)
    actor_id = IdOf("players.Player", where=("actor_kind", "player"), null=True)
    actor_version = models.PositiveIntegerField(null=True)
    on_behalf_of = IdOf("staff.User", null=True)
    cause = IdOf("tickets.Event", null=True)
    root = IdOf("tickets.Event", null=True)
    depth = models.PositiveSmallIntegerField(default=0)
    backfilled = models.BooleanField(null=True, db_default=False)  # of a past that was entered only later
    player_id = IdOf("players.Player", null=True)
    author_team_id = IdOf("staff.Team", null=True)  # of who did it, or of who wrote the reply that it is about, at that moment
    status = models.CharField(max_length=12, blank=True)
    status_before = models.CharField(max_length=12, blank=True)
    game_id = IdOf("games.Game", null=True)
    team_id = IdOf("staff.Team", null=True)
    assignee_id = IdOf("staff.User", null=True)
    topic_id = IdOf("games.Topic", null=True)
    language = models.CharField(max_length=12, blank=True)
    channel = models.CharField(max_length=20, blank=True)
    message_id = IdOf("tickets.Message", null=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(name="event_actor_kind_known", condition=Q(actor_kind__in=[k.value for k in ActorKind])),
            sane_moments("event_moments_sane", "at", "recorded_at"),
        ]
        indexes = [
            models.Index(name="event_of_ticket", fields=["ticket", "id"]),
            models.Index(name="event_kind_at", fields=["kind", "at"]),
            models.Index(name="event_about", fields=["subject", "id"], condition=~Q(subject="")),
            models.Index(  # `reopened` asks it
                name="event_came_back",
                fields=["ticket"],
                condition=Q(kind="ticket.moved", status_before="resolved", actor_kind="player"),
            ),
        ]

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """TypeError, always."""
        raise TypeError("Events are never deleted; record a correction.")


class Delivery(models.Model):
    """An event that one subscriber has not heard yet. Deleted in the transaction in which it is heard."""

    personal: ClassVar[tuple[str, ...]] = ("error",)

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries", db_constraint=False)
    subscriber = models.CharField(max_length=60)
    lane = models.CharField(max_length=6, choices=Lane.choices)
    ticket_id = IdOf("tickets.Ticket", null=True)
    subject = models.CharField(max_length=80, blank=True, db_default="")  # as in its event
    due_at = models.DateTimeField(default=clock.now)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    parked_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="delivery_lane_known", condition=Q(lane__in=["now", "bulk"])),
            sane_moments("delivery_moments_sane", "due_at"),
            models.UniqueConstraint(name="delivery_once_per_subscriber", fields=["event", "subscriber"]),
        ]
        indexes = [
            models.Index(name="delivery_in_order", fields=["subscriber", "ticket_id", "event"]),
            models.Index(name="delivery_about", fields=["subscriber", "subject", "event"], condition=~Q(subject="")),
            models.Index(name="delivery_due", fields=["lane", "id"], condition=Q(parked_at__isnull=True)),
            models.Index(name="delivery_parked", fields=["parked_at"], condition=Q(parked_at__isnull=False)),
        ]
