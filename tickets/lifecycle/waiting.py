"""Who waits since when. This module alone writes `waiting_since`, `first_reply_at` and `last_player_message_at`.

They are recomputed from the messages under the ticket's lock. A reply answers what its author had on screen (`answers_upto`); one
that failed, bounced or is uncertain answers nothing; an acknowledgement, a notice and a survey never do. A message that needs no
reply (a thanks, a double) is one of which a person said so: nothing else makes a player's message disappear from the queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from helpdesk.base import clock
from helpdesk.base.batches import batched
from tickets.actors import Actor
from tickets.events import NewEvent, record_many
from tickets.events.kinds import MOST
from tickets.events.of_messages import MessageReceived
from tickets.events.of_tickets import TicketNoReplyNeeded, TicketReplyNeeded
from tickets.locks import demand_lock
from tickets.models import FAR, Event, Message, Ticket
from tickets.models.message import ANSWERED_STATES, BY_PEOPLE, TAKES_EFFECT

FIELDS = ["waiting_since", "waiting_key", "first_reply_at", "last_player_message_at"]
_ASKS = Q(kind=Message.Kind.INBOUND, automatic=False)
_ASKS_STILL = _ASKS & Q(no_reply_needed_at=None)
_ANSWERS = Q(kind=Message.Kind.REPLY, state__in=ANSWERED_STATES, purpose__in=TAKES_EFFECT)


@dataclass(frozen=True, slots=True)
class Waits:
    """The four facts as the messages tell them."""

    waiting_since: datetime | None
    first_reply_at: datetime | None
    last_player_message_at: datetime | None


def told(ticket: Ticket) -> Waits:
    """What the ticket's messages say; two queries, a few more where tickets were merged into it."""
    messages = Message.objects.filter(ticket=ticket)
    facts = messages.aggregate(
        upto=Max("answers_upto", filter=_ANSWERS),
        first=Min("sent_at", filter=BY_PEOPLE),
        last=Max("at", filter=_ASKS),
        elsewhere=Count("pk", filter=~Q(received_in=ticket)),
    )
    if facts["elsewhere"]:
        return Waits(_oldest_of_merged(ticket), facts["first"], facts["last"])
    oldest = messages.filter(_ASKS_STILL, pk__gt=facts["upto"] or 0).aggregate(oldest=Min("at"))["oldest"]
    return Waits(oldest, facts["first"], facts["last"])


def merged_here(ticket: Ticket) -> dict[int, tuple[int, int]]:
    """The ticket itself and all that were merged into it, one after another: each with where it went and the last message before that."""
    found, newest = {ticket.pk: (0, 0)}, [ticket.pk]
    while newest:
        rows = Ticket.objects.filter(merged_into__in=newest).values_list("pk", "merged_into_id", "merged_after")
        newest = [pk for pk, _into, _after in rows]
        found |= {pk: (into or 0, after or 0) for pk, into, after in rows}
    return found


def _oldest_of_merged(ticket: Ticket) -> datetime | None:
    replies = Message.objects.filter(_ANSWERS, ticket=ticket, answers_upto__isnull=False)
    return next((each.at for each in _waiting_of_merged(ticket, _said_by(replies))), None)


@dataclass(frozen=True, slots=True)
class Question:
    """A player's message that waits for an answer: its id, the ticket in which it was received, and when it came."""

    pk: int
    received_in: int
    at: datetime


def answered_by(ticket: Ticket, reply: Message) -> list[Question]:
    """What still waits and would not any more once this reply counts as sent, the oldest first."""
    messages = Message.objects.filter(ticket=ticket)
    if reply.answers_upto is None:
        return []
    if messages.exclude(received_in=ticket).exists():
        replies = _said_by(messages.filter(_ANSWERS, answers_upto__isnull=False).exclude(pk=reply.pk))
        before = _waiting_of_merged(ticket, replies)
        after = set(_waiting_of_merged(ticket, [*replies, (reply.pk, reply.received_in_id, reply.answers_upto)]))
        return [each for each in before if each not in after]
    upto = messages.filter(_ANSWERS).exclude(pk=reply.pk).aggregate(upto=Max("answers_upto"))["upto"] or 0
    asking = messages.filter(_ASKS_STILL, pk__gt=upto, pk__lte=reply.answers_upto)
    return [Question(*row) for row in asking.order_by("at", "pk").values_list("pk", "received_in_id", "at")]


def _said_by(replies: QuerySet[Message]) -> list[tuple[int, int, int]]:
    """Of each reply its id, where it was written, and the last message that its author had read."""
    return [(pk, where, upto or 0) for pk, where, upto in replies.values_list("pk", "received_in_id", "answers_upto")]


def _waiting_of_merged(ticket: Ticket, replies: list[tuple[int, int, int]]) -> list[Question]:
    """A reply written before a merge answers nothing of the other ticket: its author did not see that, however small its id."""
    merges = merged_here(ticket)
    asking = Message.objects.filter(_ASKS_STILL, ticket=ticket).order_by("at", "pk").values_list("pk", "received_in_id", "at")
    return [
        Question(pk, where, at)
        for pk, where, at in asking
        if not any(pk <= upto and reply > together_since(merges, where, there) for reply, there, upto in replies)
    ]


def together_since(merges: dict[int, tuple[int, int]], one: int, other: int) -> int:
    """The last message before the messages of two tickets were shown in one; 0 for a ticket and itself."""
    ways = []
    for start in (one, other):
        way, highest, here = {start: 0}, 0, start
        while merges.get(here, (0, 0))[0]:
            here, after = merges[here]
            highest = way[here] = max(highest, after)
        ways.append(way)
    return min((max(ways[0][pk], ways[1][pk]) for pk in ways[0].keys() & ways[1].keys()), default=0)


def refresh(ticket: Ticket) -> None:
    """Write the facts of a locked ticket if they changed."""
    demand_lock(ticket)
    if changed := _set(ticket, told(ticket)):
        ticket.save(update_fields=changed)


def from_the_start(at: datetime | None) -> dict[str, datetime | None]:
    """The facts of a ticket that is just being made: a player asked at this moment, or nobody did (None)."""
    return {"waiting_since": at, "waiting_key": at or FAR, "last_player_message_at": at}


def asked(ticket: Ticket, message: Message) -> list[str]:
    """A player's message has come in: the same facts without reading the others. Returns what the caller saves with its event."""
    demand_lock(ticket)
    if message.automatic:
        return []
    oldest = min(filter(None, [ticket.waiting_since, message.at]))
    newest = max(filter(None, [ticket.last_player_message_at, message.at]))
    return _set(ticket, Waits(oldest, ticket.first_reply_at, newest))


def question_before(ticket: Ticket, event_id: int) -> int | None:
    """The player's last message that somebody has seen whose screen showed the ticket up to this event."""
    received = Event.objects.filter(ticket__in=merged_here(ticket), kind=MessageReceived.kind, pk__lte=event_id)
    seen: int | None = received.aggregate(last=Max("message_id"))["last"]
    return seen


def mark_no_reply_needed(ticket: Ticket, *, upto: int, by: Actor) -> None:
    """The player's messages up to this one, where he still waits for an answer, need no reply."""
    demand_lock(ticket)
    if ticket.waiting_since is None:
        return
    asking = Message.objects.filter(_ASKS_STILL, ticket=ticket, pk__lte=upto, at__gte=ticket.waiting_since)
    if said := [TicketNoReplyNeeded(upto=upto, messages=some) for some in _marked(asking, clock.now())]:
        record_many([NewEvent(ticket, each, by) for each in said])
        refresh(ticket)


def mark_reply_needed(ticket: Ticket, *, by: Actor, since: datetime | None = None) -> None:
    """What was said to need no reply (with `since`: from that moment on) needs one after all, unless it was answered meanwhile."""
    demand_lock(ticket)
    said = Q(no_reply_needed_at__gte=since) if since else Q(no_reply_needed_at__isnull=False)
    if again := [TicketReplyNeeded(messages=some) for some in _marked(Message.objects.filter(said, ticket=ticket), None)]:
        record_many([NewEvent(ticket, each, by) for each in again])
        refresh(ticket)


def _marked(messages: QuerySet[Message], at: datetime | None) -> list[tuple[int, ...]]:
    """Mark these messages; their ids, in as many lots as events take to name them."""
    pks = sorted(messages.values_list("pk", flat=True))
    Message.objects.filter(pk__in=pks).update(no_reply_needed_at=at)
    return list(map(tuple, batched(pks, MOST)))


def _set(ticket: Ticket, waits: Waits) -> list[str]:
    """Set the facts if they changed; the fields to be saved then."""
    if waits == Waits(ticket.waiting_since, ticket.first_reply_at, ticket.last_player_message_at):
        return []
    ticket.waiting_since, ticket.waiting_key = waits.waiting_since, waits.waiting_since or FAR
    ticket.first_reply_at, ticket.last_player_message_at = waits.first_reply_at, waits.last_player_message_at
    return FIELDS


def wrong(tickets: list[Ticket]) -> list[tuple[Ticket, Waits]]:
    """The checker: tickets whose row says something else than their messages, with what the messages say."""
    return [
        (ticket, facts)
        for ticket in tickets
        if (facts := told(ticket)) != Waits(ticket.waiting_since, ticket.first_reply_at, ticket.last_player_message_at)
    ]
