"""How a ticket stood at any of its events: the one fold of the log. History, rehearsal, quality and reports use it and no other.

Folding all of a ticket's events gives its row, its tags and the states of its messages, as a property test says. Between two events a
message that leaves is `queued`: that a worker has it in hand is no event.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from players.traits import TRAITS
from tickets.actors import ActorKind
from tickets.events import Payload, of_messages, of_promises, payload_class, payload_of
from tickets.events import of_tickets as told
from tickets.lifecycle.waiting import together_since
from tickets.models import ON_HOLD, Event, Message, Priority, Status, Ticket
from tickets.models.message import ANSWERED_STATES, TAKES_EFFECT

State = Message.State
_BECOMES: dict[type[Payload], State] = {
    of_messages.MessageReceived: State.RECEIVED,
    of_messages.MessageNoted: State.NOTED,
    of_messages.MessageWritten: State.QUEUED,
    of_messages.MessageHeld: State.HELD,
    of_messages.MessageWithdrawn: State.WITHDRAWN,
    of_messages.MessageStale: State.STALE,
    of_messages.MessageSkipped: State.SKIPPED,
    of_messages.MessageSent: State.SENT,
    of_messages.MessageFailed: State.FAILED,
    of_messages.MessageUncertain: State.UNCERTAIN,
    of_messages.MessageRetried: State.QUEUED,
    of_messages.MessageDelivered: State.DELIVERED,
    of_messages.MessageBounced: State.BOUNCED,
    of_messages.MessageReturned: State.RETURNED,
    of_messages.MessageRevised: State.REVISED,
}


@dataclass(slots=True)
class PastMessage:
    """A message as it stood. `asks`: the player's, and he waits for an answer unless one has arrived; `received_in`: the ticket's id."""

    pk: int
    received_in: int
    at: datetime
    state: State
    state_at: datetime
    purpose: str = ""
    author_kind: str = ""
    author_id: int | None = None
    approver_id: int | None = None
    asks: bool = False
    answers_upto: int | None = None
    sent_at: datetime | None = None
    opened: bool = False
    complained: bool = False


@dataclass(slots=True)
class PastTicket:
    """A ticket after one of its events: the columns of its row under their names, its tags and the messages shown in it, by id."""

    pk: int
    event_id: int = 0
    at: datetime | None = None  # of that event
    created_at: datetime | None = None
    follows_id: int | None = None
    started_by: str = ""
    status: str = Status.NEW
    status_before: str = ""  # the one before, if it ever had another
    status_since: datetime | None = None
    reopened: bool = False  # the player came back after it had been resolved
    resolved_at: datetime | None = None
    pledge_id: int | None = None
    pending_department_id: int | None = None
    pending_until: datetime | None = None
    hold_reason_id: int | None = None
    promise_id: int | None = None
    promised_until: datetime | None = None
    promise_broken: bool = False
    game_id: int | None = None
    player_id: int | None = None
    team_id: int | None = None
    assignee_id: int | None = None
    topic_id: int | None = None
    topic_by_machine: bool = False
    priority: int = Priority.NORMAL
    language: str = ""
    channel: str = ""
    merged_into_id: int | None = None
    erased: bool = False
    traits: dict[str, int] = field(default_factory=dict)  # of the player's card, as `players.traits` names them
    tags: set[int] = field(default_factory=set)
    messages: dict[int, PastMessage] = field(default_factory=dict)
    merges: dict[int, tuple[int, int]] = field(default_factory=dict)  # as `waiting.merged_here`, without the ticket itself
    went: PastTicket | None = None  # of a merged one: how it stood when its messages went

    @property
    def waiting_since(self) -> datetime | None:
        """Since when the player waits: the oldest of his messages to which no answer has arrived."""
        return min((each.at for each in self.messages.values() if each.asks and not self._answered(each)), default=None)

    @property
    def overdue(self) -> bool:
        """Whether the day of its hold, or that of its promise, had passed at that event."""
        return any(day <= self.at for day in (self.pending_until, self.promised_until) if day and self.at)

    @property
    def promise(self) -> str | None:
        """How its promise stood: “open”, “broken” and still owed, or None without one."""
        return None if self.promise_id is None else "broken" if self.promise_broken else "open"

    @property
    def first_reply_at(self) -> datetime | None:
        """When the first answer of a person left that has not come back."""
        return min((one.sent_at for one in self.answers if one.sent_at), default=None)

    @property
    def answers(self) -> list[PastMessage]:
        """The answers of people that had arrived."""
        ours = (one for one in self.messages.values() if one.author_kind == ActorKind.OPERATOR and one.state in ANSWERED_STATES)
        return [one for one in ours if one.purpose == Message.Purpose.ANSWER]

    def _answered(self, question: PastMessage) -> bool:
        merges = {self.pk: (0, 0)} | self.merges
        return any(
            question.pk <= (reply.answers_upto or 0) and reply.pk > together_since(merges, question.received_in, reply.received_in)
            for reply in self.messages.values()
            if reply.state in ANSWERED_STATES and reply.purpose in TAKES_EFFECT
        )


def state_at(ticket: Ticket, event: Event | None = None) -> PastTicket:
    """The ticket as it stood after one of its events, or as its events tell it now. One query, and one for each merge into it."""
    past = fold(ticket.pk, _events(ticket.pk, event.pk if event else None))
    silent = [pk for pk, each in past.messages.items() if each.sent_at and each.answers_upto is None]
    for pk, upto in Message.objects.filter(pk__in=silent).values_list("pk", "answers_upto") if silent else ():
        past.messages[pk].answers_upto = upto  # older events do not say it; it never changes, so the row of today tells it
    return past


def traits_at(ticket: Ticket) -> dict[str, int]:
    """What its newest event that speaks of the player's card says of it; one query for a short answer."""
    kinds = [told.TicketOpened.kind, told.CardCaptured.kind]
    newest = Event.objects.filter(ticket=ticket, kind__in=kinds).order_by("-pk").first()
    return _traits(payload_of(newest)) if newest else {}


def _traits(said: Payload) -> dict[str, int]:
    return {name: pk for name in TRAITS if (pk := getattr(said, name)) is not None}


def fold(pk: int, events: Iterable[Event]) -> PastTicket:
    """Events of one ticket in their order, taken one after the other. Those of tickets that were merged into it are looked up."""
    past = PastTicket(pk)
    for event in events:
        _take(past, event)
    return past


def _events(pk: int, upto: int | None) -> Iterable[Event]:
    found = Event.objects.filter(ticket=pk).order_by("pk")
    return (found if upto is None else found.filter(pk__lte=upto)).iterator()


def _take(past: PastTicket, event: Event) -> None:
    past.event_id, past.at, past.status = event.pk, event.at, event.status
    past.game_id, past.team_id, past.assignee_id = event.game_id, event.team_id, event.assignee_id
    past.topic_id, past.language, past.channel = event.topic_id, event.language, event.channel
    past.player_id = event.player_id if event.player_id is not None else past.player_id
    payload = payload_class(event.kind)
    if payload is None:
        return
    said = payload.of(event)
    if event.message_id is not None and (event.message_id in past.messages or payload in _BECOMES):
        _take_message(past, event, said)
    _take_facts(past, event, said)
    _take_promise(past, said)
    _take_shown(past, event, said)


def _take_facts(past: PastTicket, event: Event, said: Payload) -> None:
    """What the ticket says of itself."""
    match said:
        case told.TicketOpened(started_by=by, follows=follows):
            past.created_at, past.status_since, past.traits = event.at, event.at, _traits(said)
            past.follows_id, past.started_by = follows, by or event.actor_kind
            past.player_id = past.player_id or (event.actor_id if event.actor_kind == ActorKind.PLAYER else None)
        case told.TicketMoved():
            past.status_since = event.at
            past.status_before = event.status_before if event.status_before != event.status else past.status_before
            past.reopened = past.reopened or (event.status_before == Status.RESOLVED and event.actor_kind == ActorKind.PLAYER)
            past.resolved_at = _resolved_at(past, event)
            held = said if event.status in ON_HOLD else told.TicketMoved()
            past.pledge_id, past.pending_department_id = held.pledge, held.department
            past.pending_until, past.hold_reason_id = held.until, held.reason
        case told.TicketTopicSet(by_machine=by_machine):
            past.topic_by_machine = bool(by_machine)
        case told.TicketPrioritySet(priority=priority):
            past.priority = Priority.said(priority or Priority.NORMAL.word)
        case told.TicketTagged(added=added, removed=removed):
            past.tags = (past.tags | set(added)) - set(removed)
        case told.TicketPlayerSet(player=player):
            past.player_id = player
        case told.CardCaptured():
            past.traits = _traits(said)
        case told.TicketErased():
            past.erased = True


def _take_promise(past: PastTicket, said: Payload) -> None:
    """What the player was promised, and whether it is owed still."""
    match said:
        case (
            of_promises.PromiseMade(pledge=pledge, until=until, broken=broken)
            | of_promises.PromiseReopened(pledge=pledge, until=until, broken=broken)
        ):
            past.promise_id, past.promised_until, past.promise_broken = pledge, until, bool(broken)
        case of_promises.PromiseBroken():
            past.promise_broken = True
        case of_promises.PromiseKept() | of_promises.PromiseWithdrawn():
            past.promise_id, past.promised_until, past.promise_broken = None, None, False


def _take_shown(past: PastTicket, event: Event, said: Payload) -> None:
    """Which messages are shown in it, and which of them wait for an answer."""
    match said:
        case told.TicketNoReplyNeeded(upto=last, messages=ids):
            _ask(past, False, ids or [pk for pk in past.messages if pk <= (last or 0)])
        case told.TicketReplyNeeded(messages=ids):
            _ask(past, True, ids)
        case told.TicketMerged(into=into, merged=merged):
            if into:
                past.went = replace(past, went=None)
                past.merged_into_id, past.messages, past.merges = into, {}, {}
            elif merged and (went := fold(merged, _events(merged, event.pk)).went):
                last = max([*past.messages, *went.messages], default=0)
                past.messages = past.messages | went.messages
                past.merges = past.merges | went.merges | {merged: (past.pk, last)}
        case told.TicketUnmerged(parted_from=parted_from, parted=parted):
            _part(past, event, parted_from, parted)
        case told.TicketErased():
            _ask(past, False, past.messages)


def _resolved_at(past: PastTicket, event: Event) -> datetime | None:
    if event.status == Status.RESOLVED:
        return event.at
    return past.resolved_at if event.status == Status.CLOSED else None


def _ask(past: PastTicket, yes: bool, pks: Iterable[int]) -> None:
    for pk in pks:
        if pk in past.messages:
            past.messages[pk].asks = yes


def _part(past: PastTicket, event: Event, parted_from: int | None, parted: int | None) -> None:
    """What a ticket, and those merged into it before, had received is shown in it again, as it stood where it was shown meanwhile."""
    if parted_from:
        there = fold(parted_from, _events(parted_from, event.pk - 1))
        family, past.merged_into_id = _family(past.pk, there.merges), None
        past.messages = {pk: one for pk, one in there.messages.items() if one.received_in in family}
        past.merges = {pk: way for pk, way in there.merges.items() if pk in family - {past.pk}}
    elif parted:
        gone = _family(parted, past.merges)
        past.messages = {pk: one for pk, one in past.messages.items() if one.received_in not in gone}
        past.merges = {pk: way for pk, way in past.merges.items() if pk not in gone}


def _family(pk: int, merges: dict[int, tuple[int, int]]) -> set[int]:
    """A ticket and all that were merged into it, one after another."""
    family, newest = {pk}, {pk}
    while newest := {one for one, (into, _after) in merges.items() if into in newest} - family:
        family |= newest
    return family


def _take_message(past: PastTicket, event: Event, said: Payload) -> None:
    pk = event.message_id or 0
    if pk not in past.messages:
        past.messages[pk] = PastMessage(
            pk, past.pk, event.at, State.QUEUED, event.at, author_kind=event.actor_kind, author_id=event.actor_id
        )
    message = past.messages[pk]
    if becomes := _BECOMES.get(type(said)):
        message.state, message.state_at = becomes, event.at
    match said:
        case of_messages.MessageReceived(asks=asks):
            message.asks = bool(asks)
        case of_messages.MessageCounted():
            message.asks = True
        case of_messages.MessageWritten():
            _take_written(past, message, event, said)
        case of_messages.MessageReleased():
            message.approver_id = event.actor_id if said.approved else message.approver_id
            message.state, message.state_at = (message.state, message.state_at) if said.left else (State.QUEUED, event.at)
        case of_messages.MessageSent(answers_upto=upto):
            message.sent_at, message.answers_upto = event.at, upto
        case of_messages.MessageRetried():
            message.sent_at = None
        case of_messages.MessageOpened():
            message.opened = True
        case of_messages.MessageComplained():
            message.complained = True


def _take_written(past: PastTicket, message: PastMessage, event: Event, said: of_messages.MessageWritten) -> None:
    """One that leaves instead of a held one is its author's still; who wrote it has approved it."""
    message.purpose = said.purpose or ""
    if first := past.messages.get(said.revises or 0):
        message.author_kind, message.author_id, message.approver_id = first.author_kind, first.author_id, event.actor_id
