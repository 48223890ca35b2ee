"""Held replies. Core knows that a reply is held; the gate's room knows why, and whoever may look it over decides what becomes of it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.errors import Conflict, DomainError, NotAllowed
from helpdesk.base.queue import nudge
from helpdesk.base.rows import insert
from helpdesk.base.text import clean, one_line
from tickets import channels
from tickets.actors import Actor
from tickets.events import NewEvent, record, record_many
from tickets.events.of_messages import MessageHeld, MessageReleased, MessageReturned, MessageRevised, MessageWritten, purpose_of
from tickets.locks import lock_message
from tickets.models import Attachment, Hold, Message
from tickets.services.drafts import demand_length, give_back

State, Outcome = Message.State, Hold.Outcome
KEPT = (  # of a reply that is changed
    *("ticket", "received_in", "kind", "purpose", "channel", "author_kind", "author_id", "author_name", "language", "subject"),
    *("answers_upto", "then_status", "then_pending_on", "then_pending_department_id", "then_pending_until", "then_hold_reason_id"),
    *("when_stale",),
)


@transaction.atomic
def release(hold: Hold, *, by: Actor) -> Message:
    """Open one hold. When it was the last, the reply is queued and leaves at once. Two clicks release once."""
    message = _held(hold.message_id, by)
    if not _end(message.holds.filter(pk=hold.pk), Outcome.RELEASED, by):
        raise Conflict(_("Somebody was first."))
    left = message.holds.filter(ended_at=None).count()
    approved = bool(hold.approves)
    if approved:
        _demand_person(by)
        message.approver_id = by.person
    record(message.ticket, MessageReleased(hold=hold.pk, left=left, approved=approved), by=by, message=message)
    if not left:
        now = clock.now()
        message.state, message.state_at, message.leaves_at = State.QUEUED, now, now
        nudge("tickets.send", message.pk)
    message.save(update_fields=["state", "state_at", "leaves_at", "approver_id"])
    return message


@transaction.atomic
def return_to_author(message: Message, *, by: Actor, why: str) -> Message:
    """Give a held reply back: its words are a draft of its author's again, who reads why."""
    why = _reason(why)
    message = _held(message.pk, by)
    ended = _end(message.holds.all(), Outcome.RETURNED, by, why=why)
    message.state, message.state_at = State.RETURNED, clock.now()
    message.save(update_fields=["state", "state_at"])
    give_back(message)
    record(message.ticket, MessageReturned(hold=ended[0]), by=by, message=message)
    return message


@transaction.atomic
def revise(message: Message, text: str, *, by: Actor, why: str) -> Message:
    """Let another text leave instead of a held one, under its author's name and with its files; who changed it has approved it.

    Gates that asked for no approval go on holding what leaves.
    """
    _demand_person(by)
    why, text = _reason(why), clean(text).strip()
    if not text:
        raise DomainError(_("Write something first."), field="text")
    demand_length(text)
    first = _held(message.pk, by)
    if text == first.text:
        raise DomainError(_("This is the same text. Release the reply as it is."), field="text")
    kept = list(first.holds.filter(ended_at=None, approves=False).values_list("pk", flat=True))
    ended = _end(first.holds.exclude(pk__in=kept), Outcome.REVISED, by, why=why)
    now = clock.now()
    revised = Message(
        **{name: getattr(first, name) for name in KEPT},
        text=text,
        approver_id=by.person,
        at=now,
        state=State.HELD if kept else State.QUEUED,
        state_at=now,
        leaves_at=now,
    )
    channels.channel(revised.channel).prepare(first.ticket, revised)
    insert(revised)
    Attachment.objects.filter(message=first).update(message=revised)
    first.state, first.state_at = State.REVISED, now
    first.save(update_fields=["state", "state_at"])
    written = MessageWritten(purpose=purpose_of(first), revises=first.pk)
    told = [NewEvent(first.ticket, written, by, revised)]
    if kept:
        moved = Hold.objects.filter(pk__in=kept)
        moved.update(message=revised)
        told.append(NewEvent(first.ticket, MessageHeld(gates=tuple(moved.values_list("gate", flat=True))), by, revised))
    told.append(NewEvent(first.ticket, MessageRevised(hold=ended[0] if ended else None, instead=revised.pk), by, first))
    record_many(told)
    if not kept:
        nudge("tickets.send", revised.pk)
    return revised


def _held(pk: int, by: Actor) -> Message:
    """The held message, its ticket locked. Conflict when it is not held any more; NotAllowed for its own author."""
    message = lock_message(pk)
    if message is None or message.state != State.HELD:
        raise Conflict(_("Somebody was first."))
    if (message.author_kind, message.author_id) == (by.kind, by.id):
        raise NotAllowed(_("Nobody releases a reply of their own."))
    return message


def _demand_person(by: Actor) -> None:
    """What stands for somebody's judgement, or under somebody's name, is no machine's."""
    if by.person is None:
        raise NotAllowed(_("Only a person decides that."))


def _end(holds: QuerySet[Hold], outcome: Hold.Outcome, by: Actor, *, why: str = "") -> list[int]:
    """End those of these holds that are open; their ids."""
    pks = list(holds.filter(ended_at=None).order_by("pk").values_list("pk", flat=True))
    Hold.objects.filter(pk__in=pks).update(ended_at=clock.now(), ended_by=by.person, outcome=outcome, why=why)
    return pks


def _reason(why: str) -> str:
    why = one_line(why, 300)
    if not why:
        raise DomainError(_("Say why: its author reads it."), field="why")
    return why
