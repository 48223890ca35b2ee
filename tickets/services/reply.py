"""Writing to the player, and notes among us."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.bounds import demand_promise
from helpdesk.base.clock import seconds_between
from helpdesk.base.errors import Conflict, DomainError, NotAllowed
from helpdesk.base.queue import nudge
from helpdesk.base.rows import insert
from helpdesk.base.text import clean
from helpdesk.studio.models import Game
from players.models import Address, Player
from tickets import channels, gates
from tickets.actors import SYSTEM, Actor
from tickets.events import NewEvent, change_many, record
from tickets.events.of_messages import MessageHeld, MessageNoted, MessageWithdrawn, MessageWritten, purpose_of
from tickets.lifecycle.moves import may
from tickets.lifecycle.pending import PendingInfo
from tickets.lifecycle.reasons import whole
from tickets.locks import lock, lock_message
from tickets.models import ON_HOLD, Draft, Hold, Message, Status, Ticket
from tickets.services.assign import take_by_answering
from tickets.services.drafts import Hand, demand_length, give_back, take_draft, take_start
from tickets.services.open import start_ticket
from tickets.services.unseen import demand_seen

Bind = Callable[[Message], datetime | None]  # makes a draft the message: its files hang there then; since when it was being written
_SEEN = "SELECT max(id) FROM tickets_message WHERE ticket_id = %s AND kind = %s AND id <= %s"


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """What an author sends. `answers_upto`: the last player message they had on screen; `then_status` takes effect when it is sent.

    `seen`: the last event they had on screen; None sends whatever else stands in the ticket; `sees_notes`: whether notes count
    there. `hand`: the composer it was written in.
    """

    text: str
    answers_upto: int | None = None
    seen: int | None = None
    sees_notes: bool = True
    hand: Hand | None = None
    then_status: str = ""
    pending_on: str = ""
    pending_department: int | None = None
    pending_until: datetime | None = None
    hold_reason: int | None = None
    when_stale: Message.WhenStale = Message.WhenStale.RETURN
    text_version_id: int | None = None
    subject: str = ""
    files: tuple[int, ...] = field(default=())  # ids of attachments of the author's draft


@transaction.atomic
def send_reply(ticket: Ticket, outgoing: OutgoingMessage, *, by: Actor) -> Message:
    """A reply, into the undo window or before a gate. A person's draft has become it, and they have the ticket if nobody had.

    `Unseen` when something stands there that its author has not seen, or when the ticket was merged into another one meanwhile.
    """
    asked_for, ticket = ticket, lock(ticket)
    if outgoing.seen is not None:
        demand_seen(ticket, by=by, upto=outgoing.seen, asked_for=asked_for, notes=outgoing.sees_notes)
    if ticket.status == Status.CLOSED:
        raise NotAllowed(_("This ticket is closed. Start a new conversation with the player instead."))
    if outgoing.then_status:
        outgoing = _check_then(ticket, outgoing, by)
    return _answer(ticket, outgoing, by=by, bind=partial(take_draft, ticket, author=by, kind=Draft.Kind.REPLY, hand=outgoing.hand))


@transaction.atomic
def send_automatic(
    ticket: Ticket,
    outgoing: OutgoingMessage,
    *,
    purpose: Message.Purpose,
    by: Actor = SYSTEM,
    cause_event_id: int | None = None,
    wait: timedelta = timedelta(),
) -> Message | None:
    """A message that a machine sends (notice, survey, acknowledgement, automatic answer); once per cause, None the second time.

    A ticket's closing does not stop it: notices tell of just that. DomainError while the player is blocked: people alone write to him.
    """
    ticket = lock(ticket)
    if cause_event_id and Message.objects.filter(ticket=ticket, purpose=purpose, cause_event_id=cause_event_id).exists():
        return None
    return _write(ticket, outgoing, purpose=purpose, by=by, wait=wait, cause_event_id=cause_event_id)


@transaction.atomic
def start_conversation(
    *,
    game: Game,
    player: Player,
    contact: Address | None,
    subject: str,
    language: str,
    outgoing: OutgoingMessage,
    by: Actor,
    channel: str,
) -> Message:
    """We write first. The ticket is the message's `ticket`, and whoever of us began it has it. Their composer's draft has become it."""
    if not subject.strip():
        raise DomainError(_("Give the conversation a subject."), field="subject")
    ticket = start_ticket(game=game, player=player, contact=contact, channel=channel, subject=subject, language=language, by=by)
    return _answer(ticket, outgoing, by=by, bind=partial(take_start, author=by, hand=outgoing.hand) if outgoing.hand else _nothing)


@transaction.atomic
def add_note(ticket: Ticket, text: str, *, by: Actor, hand: Hand | None = None) -> Message:
    """A note that no player ever sees."""
    text = _checked(text)
    ticket = lock(ticket)
    message = Message.objects.create(
        ticket=ticket,
        received_in=ticket,
        kind=Message.Kind.NOTE,
        state=Message.State.NOTED,
        channel=ticket.channel,
        author_kind=by.kind,
        author_id=by.id,
        author_name=by.name,
        text=text,
    )
    take_draft(ticket, message, author=by, kind=Draft.Kind.NOTE, hand=hand)
    record(ticket, MessageNoted(), by=by, message=message)
    return message


@transaction.atomic
def undo(message: Message, *, by: Actor) -> Draft | None:
    """Call a reply back while it has not left; its words return to the composer. Conflict when it is too late."""
    found = lock_message(message.pk)
    if found is None:
        raise Conflict(_("It has already left."))
    message = found
    if (message.author_kind, message.author_id) != (by.kind, by.id):
        raise NotAllowed(_("Only its author can call a reply back."))
    if message.state == Message.State.WITHDRAWN:  # the second click, or the first one's answer was lost
        return Draft.objects.filter(ticket=message.ticket, author=by.person, kind=Draft.Kind.REPLY).first()
    if message.state not in {Message.State.QUEUED, Message.State.HELD}:
        raise Conflict(_("It has already left."))
    message.state, message.state_at = Message.State.WITHDRAWN, clock.now()
    message.save(update_fields=["state", "state_at"])
    message.holds.filter(ended_at=None).update(ended_at=clock.now(), ended_by=by.person, outcome=Hold.Outcome.WITHDRAWN)
    record(message.ticket, MessageWithdrawn(), by=by, message=message)
    return give_back(message)


def _check_then(ticket: Ticket, outgoing: OutgoingMessage, by: Actor) -> OutgoingMessage:
    """What it brings with it, made whole."""
    if outgoing.then_status not in Status.values:
        raise DomainError(_("There is no such status."), field="then_status")
    if outgoing.then_status == Status.PENDING and not outgoing.pending_on.strip():
        raise DomainError(_("Say which department owes an answer."), field="pending_on")
    demand_promise(outgoing.pending_until, field="pending_until")
    if ticket.status != outgoing.then_status and not may(ticket.status, outgoing.then_status, by.kind):
        raise DomainError(
            _("A ticket that is “%(before)s” cannot become “%(after)s” with a reply.")
            % {"before": Status(ticket.status).label, "after": Status(outgoing.then_status).label},
            field="then_status",
        )
    hold = whole(ticket, outgoing.then_status, PendingInfo(outgoing.pending_on, outgoing.pending_until, reason=outgoing.hold_reason))
    return replace(outgoing, pending_until=hold.until if hold else None, hold_reason=hold.reason if hold else None)


def _checked(text: str) -> str:
    text = clean(text).strip()
    if not text:
        raise DomainError(_("Write something first."), field="text")
    demand_length(text)
    return text


def _seen(ticket: Ticket, upto: int | None) -> int | None:
    """The last message of this ticket's player up to `upto`: what its author says they saw cannot answer what nobody has written yet."""
    if upto is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [ticket.pk, Message.Kind.INBOUND, upto])
        seen: int | None = cursor.fetchone()[0]
    return seen


def _nothing(_message: Message) -> None:
    """What a machine writes was no draft."""


def _answer(ticket: Ticket, outgoing: OutgoingMessage, *, by: Actor, bind: Bind) -> Message:
    """Words to the player as a colleague would write them. A person has the ticket by it if nobody had."""
    return _write(
        ticket,
        outgoing,
        purpose=Message.Purpose.AUTOMATIC if by.person is None else Message.Purpose.ANSWER,
        by=by,
        wait=timedelta(seconds=settings.UNDO_WINDOW),
        bind=bind,
        taking=take_by_answering(ticket, by=by),
    )


def _write(
    ticket: Ticket,
    outgoing: OutgoingMessage,
    *,
    purpose: Message.Purpose,
    by: Actor,
    wait: timedelta,
    cause_event_id: int | None = None,
    bind: Bind = _nothing,
    taking: Sequence[NewEvent] = (),
) -> Message:
    """The row of an outbound message, held or queued. Its files are bound to it before the gates look."""
    if purpose != Message.Purpose.ANSWER and ticket.player.is_blocked:
        raise DomainError(_("The player is blocked: nothing automatic is sent to him."))
    now = clock.now()
    message = Message(
        ticket=ticket,
        received_in=ticket,
        kind=Message.Kind.REPLY,
        purpose=purpose,
        state=Message.State.QUEUED,
        state_at=now,
        at=now,
        channel=ticket.channel,
        author_kind=by.kind,
        author_id=by.id,
        author_name=by.name or ticket.game.team_name,
        language=ticket.language,
        subject=outgoing.subject,
        text=_checked(outgoing.text),
        text_version_id=outgoing.text_version_id,
        answers_upto=_seen(ticket, outgoing.answers_upto),
        then_status=outgoing.then_status,
        then_pending_on=outgoing.pending_on if outgoing.then_status == Status.PENDING else "",
        then_pending_department_id=outgoing.pending_department if outgoing.then_status == Status.PENDING else None,
        then_pending_until=outgoing.pending_until if outgoing.then_status in ON_HOLD else None,
        then_hold_reason_id=outgoing.hold_reason if outgoing.then_status in ON_HOLD else None,
        when_stale=outgoing.when_stale,
        leaves_at=now + wait,
        cause_event_id=cause_event_id,
    )
    channels.channel(ticket.channel).prepare(ticket, message)
    insert(message)
    began, hand = bind(message), outgoing.hand
    written = MessageWritten(
        purpose=purpose_of(message),
        text_version=outgoing.text_version_id,
        typed=hand.typed if hand else None,
        inserted=hand.inserted if hand else None,
        drafted=seconds_between(began, now) if began else None,
    )
    change_many([*taking, NewEvent(ticket, written, by, message)], fields=["assignee"] if taking else [])
    objections = gates.objections(message)
    if objections:
        Hold.objects.bulk_create(
            Hold(message=message, gate=gate.name, approves=gate.approves, reason=str(objection)[:300], opened_at=now)
            for gate, objection in objections
        )
        message.state = Message.State.HELD
        message.save(update_fields=["state"])
        record(ticket, MessageHeld(gates=tuple(gate.name for gate, _objection in objections)), by=by, message=message)
    elif not wait:
        nudge("tickets.send", message.pk)
    return message
