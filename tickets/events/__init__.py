"""The spine: recording what happened, and telling who wants to hear of it.

`log` writes an event and a delivery for each subscriber in the caller's transaction; `tickets/drain.py` runs the handlers. What an event
of each kind says is a payload: those of the core stand in `of_tickets`, `of_messages` and `of_players`, an upper room declares its own by
`kind`.
"""

from __future__ import annotations

from tickets.events import of_messages, of_players, of_promises, of_tickets
from tickets.events.kinds import Payload, fact, kind, known_kinds, payload_class, payload_of
from tickets.events.log import NewEvent, backfilled, caused_by, change, change_many, record, record_about, record_many, subject_of
from tickets.events.subscriptions import MAX_DEPTH, deliver, replay, subscribe, subscribe_in_batches, subscribers, subscription

__all__ = [
    "MAX_DEPTH",
    "NewEvent",
    "Payload",
    "backfilled",
    "caused_by",
    "change",
    "change_many",
    "deliver",
    "fact",
    "kind",
    "known_kinds",
    "of_messages",
    "of_players",
    "of_promises",
    "of_tickets",
    "payload_class",
    "payload_of",
    "record",
    "record_about",
    "record_many",
    "replay",
    "subject_of",
    "subscribe",
    "subscribe_in_batches",
    "subscribers",
    "subscription",
]
