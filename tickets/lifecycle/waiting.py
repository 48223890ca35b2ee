"""Who waits since when. This module alone writes `waiting_since`, `first_reply_at` and `last_player_message_at`.

They are recomputed from the messages under the ticket's lock. A reply answers what its author had on screen (`answers_upto`); one
that failed, bounced or is uncertain answers nothing; an acknowledgement, a notice and a survey never do. A message that needs no
reply (a thanks, a double) is one of which a person said so: nothing else makes a player's message disappear from the queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q

from helpdesk.base import clock
from tickets.actors import ActorKind
from tickets.locks import demand_lock
from tickets.models import FAR, Event, Message, Ticket
from tickets.models.message import ANSWERED_STATES

FIELDS = ["waiting_since", "waiting_key", "first_reply_at", "last_player_message_at"]
_ASKS = Q(kind=Message.Kind.INBOUND, automatic=False)
_ASKS_STILL = _ASKS & Q(no_reply_needed_at=None)
_ANSWERS = Q(kind=Message.Kind.REPLY, state__in=ANSWERED_STATES, purpose__in=[Message.Purpose.ANSWER, Message.Purpose.AUTOMATIC])
_BY_PEOPLE = _ANSWERS & Q(purpose=Message.Purpose.ANSWER, author_kind=ActorKind.OPERATOR)


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
        first=Min("sent_at", filter=_BY_PEOPLE),
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
    """A reply written before a merge answers nothing of the other ticket: its author did not see that, however small its id."""
    messages, merges = Message.objects.filter(ticket=ticket), merged_here(ticket)
    replies = list(messages.filter(_ANSWERS, answers_upto__isnull=False).values_list("pk", "received_in_id", "answers_upto"))
    for pk, where, at in messages.filter(_ASKS_STILL).order_by("at", "pk").values_list("pk", "received_in_id", "at"):
        if not any(pk <= (upto or 0) and reply > _together_since(merges, where, there) for reply, there, upto in replies):
            return at
    return None


def _together_since(merges: dict[int, tuple[int, int]], one: int, other: int) -> int:
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
    received = Event.objects.filter(ticket__in=merged_here(ticket), kind="message.received", pk__lte=event_id)
    seen: int | None = received.aggregate(last=Max("message_id"))["last"]
    return seen


def mark_no_reply_needed(ticket: Ticket, *, upto: int) -> bool:
    """The player's messages up to this one need no reply. Whether somebody waits less for that."""
    demand_lock(ticket)
    before = ticket.waiting_since
    if before is not None:
        Message.objects.filter(_ASKS_STILL, ticket=ticket, pk__lte=upto, at__gte=before).update(no_reply_needed_at=clock.now())
        refresh(ticket)
    return ticket.waiting_since != before


def mark_reply_needed(ticket: Ticket, *, since: datetime | None = None) -> None:
    """What was said to need no reply (with `since`: from that moment on) needs one after all, unless it was answered meanwhile."""
    demand_lock(ticket)
    said = Q(no_reply_needed_at__gte=since) if since else Q(no_reply_needed_at__isnull=False)
    if Message.objects.filter(said, ticket=ticket).update(no_reply_needed_at=None):
        refresh(ticket)


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
