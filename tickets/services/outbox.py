"""Messages leaving: claim, commit, act, confirm. No row is locked while the network is used.

queued → sending → handed → sent. A crash before `handed` puts it back to queued; one after it leaves it uncertain, for a human.
"""

from __future__ import annotations

from datetime import timedelta
from math import inf

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.errors import Conflict
from helpdesk.base.queue import nudge
from helpdesk.base.turns import Turn
from helpdesk.staff.models import User
from tickets import channels
from tickets.actors import SYSTEM, Actor, ActorKind, operator
from tickets.channels import Failed, Outcome, Retry, Sent, Uncertain
from tickets.events import record
from tickets.lifecycle import occasions, waiting
from tickets.locks import lock_message
from tickets.models import Message, Ticket
from tickets.services.drafts import give_back

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
PAUSES = [timedelta(seconds=s) for s in (10, 60, 300, 900, 3600, 10800)]
State = Message.State
TAKES_EFFECT = {Message.Purpose.ANSWER, Message.Purpose.AUTOMATIC}


def leave_due(*, most: int = 1000, seconds: float = inf) -> int:
    """Send the queued messages whose time has come, until ours is up; returns how many were tried."""
    due = Message.objects.filter(state=State.QUEUED, leaves_at__lte=clock.now()).order_by("leaves_at", "pk").values_list("pk", flat=True)
    tried, turn = 0, Turn(seconds)
    for pk in list(due[:most]):
        if not turn.lasts():
            break
        leave(pk)
        tried += 1
    return tried


def leave(pk: int) -> None:
    """Send one message if it is still queued and its time has come; else nothing: somebody was first."""
    message = _take(pk)
    if message is None:
        return
    try:
        outcome: Outcome = channels.channel(message.channel).deliver(message, lambda: _handed(message))
    except Conflict:
        return
    except Exception as error:
        log.exception("deliverer_broke", message=pk)
        outcome = _after_a_break(message, error)
    _confirm(message, outcome)


def _take(pk: int) -> Message | None:
    """queued → sending, unless the player wrote what its author has not seen."""
    with transaction.atomic(durable=True):
        message = lock_message(pk)
        if message is None or message.state != State.QUEUED or message.leaves_at is None or message.leaves_at > clock.now():
            return None
        if _is_stale(message):
            _return(message.ticket, message)
            return None
        message.state, message.state_at, message.attempts = State.SENDING, clock.now(), message.attempts + 1
        message.claimed_until = clock.now() + LEASE
        message.save(update_fields=["state", "state_at", "attempts", "claimed_until"])
        return message


def _is_stale(message: Message) -> bool:
    if message.purpose not in TAKES_EFFECT or message.when_stale == Message.WhenStale.SEND:
        return False
    newer = Message.objects.filter(ticket=message.ticket, kind=Message.Kind.INBOUND, automatic=False, pk__gt=message.answers_upto or 0)
    if message.answers_upto is None:  # we began the conversation: only what came after it makes it stale
        newer = newer.filter(pk__gt=message.pk)
    return newer.exists()


def _return(ticket: Ticket, message: Message) -> None:
    skip = message.when_stale == Message.WhenStale.SKIP
    message.state, message.state_at = (State.SKIPPED if skip else State.STALE), clock.now()
    message.save(update_fields=["state", "state_at"])
    if not skip:
        give_back(message)
    record(ticket, "message.skipped" if skip else "message.stale", by=SYSTEM, message=message)


def _handed(message: Message) -> None:
    """Commit that the words are about to leave. Conflict when the claim was lost meanwhile."""
    with transaction.atomic(durable=True):
        mine = Message.objects.filter(pk=message.pk, state=State.SENDING, claimed_until=message.claimed_until)
        if mine.update(state=State.HANDED, state_at=clock.now()) != 1:
            raise Conflict(_("Somebody else sends this message."))
    message.state = State.HANDED


def _after_a_break(message: Message, error: Exception) -> Outcome:
    words = f"{type(error).__name__}: {error}"
    return Uncertain(words) if message.state == State.HANDED else Retry(words)


@transaction.atomic
def _confirm(claimed: Message, outcome: Outcome) -> None:
    message = lock_message(claimed.pk)
    if message is None:
        return
    ours = message.state in {State.SENDING, State.HANDED} and message.claimed_until == claimed.claimed_until
    late = message.state == State.UNCERTAIN and claimed.state == State.HANDED and isinstance(outcome, Sent)
    if ours or late:  # else the lease lapsed and somebody has decided already
        settle(message, outcome, by=SYSTEM)


def settle(message: Message, outcome: Outcome, *, by: Actor) -> None:
    """Write an outcome to a message that is on its way; its ticket is locked and hangs at `message.ticket`."""
    ticket, now = message.ticket, clock.now()
    if isinstance(outcome, Retry) and message.attempts > len(PAUSES):
        outcome = Failed(outcome.reason)
    message.claimed_until, message.state_at = None, now
    message.error = "" if isinstance(outcome, Sent) else outcome.reason[:500]
    match outcome:
        case Sent():
            message.state, message.sent_at = State.SENT, message.sent_at or now
        case Retry():
            message.state, message.leaves_at = (
                State.QUEUED,
                now + (PAUSES[max(message.attempts, 1) - 1] if outcome.after is None else outcome.after),
            )
        case Failed():
            message.state = State.FAILED
        case Uncertain():
            message.state = State.UNCERTAIN
    message.save(update_fields=["state", "state_at", "sent_at", "leaves_at", "claimed_until", "error"])
    kind = {State.SENT: "message.sent", State.FAILED: "message.failed", State.UNCERTAIN: "message.uncertain"}.get(State(message.state))
    if kind:
        record(ticket, kind, by=by, message=message, purpose=message.purpose)
    if message.state == State.SENT and message.purpose in TAKES_EFFECT:
        take_effect(message)


def take_effect(message: Message) -> None:
    """A message has truly left: it answers, and its status comes."""
    ticket = message.ticket
    waiting.refresh(ticket)
    who = Actor(ActorKind(message.author_kind), message.author_id, on_behalf_of=message.approver_id)
    occasions.answer_left(ticket, message, by=who)


def recover() -> int:
    """What a killed worker left: before `handed` back to queued, after it uncertain. Returns how many there were."""
    lapsed = Message.objects.filter(state__in=[State.SENDING, State.HANDED], claimed_until__lte=clock.now())
    pks = list(lapsed.values_list("pk", flat=True))
    for pk in pks:
        with transaction.atomic(durable=True):
            message = lock_message(pk)
            if message is None or not lapsed.filter(pk=pk).exists():
                continue
            if message.state == State.HANDED:
                settle(message, Uncertain(str(_("The worker stopped while it was sending."))), by=SYSTEM)
            else:
                settle(message, Retry(str(_("The worker stopped before it could send.")), after=timedelta()), by=SYSTEM)
    return len(pks)


@transaction.atomic
def decide(message: Message, *, arrived: bool, by: User) -> Message:
    """A human says of an uncertain message whether it arrived; if not, it is sent again."""
    found = lock_message(message.pk)
    if found is None or found.state != State.UNCERTAIN:
        raise Conflict(_("This message is not uncertain any more."))
    message = found
    record(message.ticket, "message.settled", by=operator(by), message=message, arrived=arrived)
    if arrived:
        settle(message, Sent(), by=operator(by))
    else:
        _again(message, by)
    return message


@transaction.atomic
def resend(message: Message, *, by: User) -> Message:
    """Send a failed or bounced message once more, the same words under the same Message-ID, to where the ticket's mail goes now."""
    found = lock_message(message.pk)
    if found is None or found.state not in {State.FAILED, State.BOUNCED}:
        raise Conflict(_("Only a failed or bounced message can be sent again."))
    message = found
    channels.channel(message.channel).prepare(message.ticket, message)
    _again(message, by)
    return message


def _again(message: Message, by: User) -> None:
    message.state, message.state_at, message.attempts = State.QUEUED, clock.now(), 0
    message.leaves_at, message.error = clock.now(), ""
    message.sent_at = message.delivered_at = None  # the first journey came to nothing; it counts from the one that arrives
    message.save(
        update_fields=[
            "state",
            "state_at",
            "attempts",
            "leaves_at",
            "error",
            "sent_at",
            "delivered_at",
            "to_address",
            "message_id",
            "in_reply_to",
        ]
    )
    record(message.ticket, "message.retried", by=operator(by), message=message)
    nudge("tickets.leave", message.pk)
