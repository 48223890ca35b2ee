"""What the outside world tells of a message after it left: delivered, opened, bounced, complained. In any order, any number of times."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tickets.actors import SYSTEM
from tickets.channels import Sent
from tickets.events import record
from tickets.events.of_messages import MessageBounced, MessageComplained, MessageDelivered, MessageOpened, purpose_of
from tickets.lifecycle import triggers, waiting
from tickets.locks import lock_message
from tickets.models import Message
from tickets.models.message import ANSWERED_STATES, TAKES_EFFECT
from tickets.services.outbox import apply_outcome, was_sent_again

State = Message.State
_OUT = {State.HANDED, State.SENDING, State.UNCERTAIN}


def _locked(pk: int) -> Message | None:
    message = lock_message(pk)
    return message if message and message.kind == Message.Kind.REPLY else None


@transaction.atomic
def delivered(pk: int, at: datetime) -> None:
    """The other side's server has it. Settles an uncertain message; never takes a bounce back."""
    message = _locked(pk)
    if message is None or message.delivered_at is not None:
        return
    if message.state in _OUT or _on_its_way_again(message):
        apply_outcome(message, Sent(), by=SYSTEM)
    if message.state != State.SENT:
        return
    message.state, message.state_at, message.delivered_at = State.DELIVERED, at, at
    message.save(update_fields=["state", "state_at", "delivered_at"])
    record(message.ticket, MessageDelivered(), by=SYSTEM, message=message, at=at)


def _on_its_way_again(message: Message) -> bool:
    """Somebody said of an uncertain message that it did not arrive, and now it has: it need not leave a second time."""
    return message.state == State.QUEUED and was_sent_again(message)


@transaction.atomic
def opened(pk: int, at: datetime) -> None:
    """Somebody, or his mail program, has loaded its pictures. The first time counts."""
    message = _locked(pk)
    if message is None or message.opened_at is not None:
        return
    if message.state in _OUT:
        apply_outcome(message, Sent(), by=SYSTEM)
    message.opened_at = at
    message.save(update_fields=["opened_at"])
    record(message.ticket, MessageOpened(), by=SYSTEM, message=message, at=at)


@transaction.atomic
def bounced(pk: int, at: datetime, *, reason: str) -> None:
    """It came back for good. It answers nothing: the player waits again and no silence runs."""
    message = _locked(pk)
    if message is None or message.state in {State.BOUNCED, State.FAILED}:
        return
    if message.state in {*_OUT, *ANSWERED_STATES}:
        message.state, message.state_at, message.error = State.BOUNCED, at, reason[:500]
        message.claimed_until = message.parked_at = None
        message.save(update_fields=["state", "state_at", "error", "claimed_until", "parked_at"])
        record(message.ticket, MessageBounced(purpose=purpose_of(message)), by=SYSTEM, message=message, at=at)
    else:
        return
    if message.purpose in TAKES_EFFECT:
        waiting.refresh(message.ticket)
        triggers.answer_failed(message.ticket, message)


@transaction.atomic
def complained(pk: int, at: datetime) -> None:
    """The player called it spam."""
    message = _locked(pk)
    if message is None or message.complained_at is not None:
        return
    message.complained_at = at
    message.save(update_fields=["complained_at"])
    record(message.ticket, MessageComplained(), by=SYSTEM, message=message, at=at)
