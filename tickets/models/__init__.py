"""The rows of the core."""

from __future__ import annotations

from tickets.models.attachment import Attachment
from tickets.models.draft import Draft
from tickets.models.event import Delivery, Event, Lane
from tickets.models.message import Hold, Message
from tickets.models.pledge import Pledge
from tickets.models.ticket import DUE, FAR, ON_HOLD, OPEN, PLACE_OF_STATUS, URGENCY, Priority, Status, Ticket, or_far, with_nobody
from tickets.models.timer import LifecycleRule, Timer, Trigger

__all__ = [
    "DUE",
    "FAR",
    "ON_HOLD",
    "OPEN",
    "PLACE_OF_STATUS",
    "URGENCY",
    "Attachment",
    "Delivery",
    "Draft",
    "Event",
    "Hold",
    "Lane",
    "LifecycleRule",
    "Message",
    "Trigger",
    "Pledge",
    "Priority",
    "Status",
    "Ticket",
    "Timer",
    "or_far",
    "with_nobody",
]
