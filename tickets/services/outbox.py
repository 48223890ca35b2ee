"""Messages leaving: claim, commit, act, confirm. No row is locked while the network is used.

queued → sending → handed → sent. A crash before `handed` puts it back to queued; one after it leaves it uncertain, for a human.
A message that was refused for now is tried again for two days with growing pauses; while the relay itself is away one is tried and the
others wait behind it (`helpdesk/base/relay.py`). A row that the sweep stumbles over is parked (`tickets/parked.py`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from math import inf

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock, outward, relay
from helpdesk.base.errors import Conflict
from helpdesk.base.queue import nudge
from helpdesk.base.sweeps import each_alone
from helpdesk.base.text import one_line
from helpdesk.base.turns import Turn
from tickets import channels
from tickets.actors import SYSTEM, Actor, ActorKind
from tickets.channels import Away, Failed, Outcome, Retry, Sent, Uncertain
from tickets.events import Payload, record
from tickets.events.kinds import MOST
from tickets.events.of_messages import (
    MessageFailed,
    MessageRetried,
    MessageSent,
    MessageSettled,
    MessageSkipped,
    MessageStale,
    MessageUncertain,
    author_kind_of,
    purpose_of,
)
from tickets.lifecycle import triggers, waiting
from tickets.locks import lock_message
from tickets.models import Event, Message, Ticket
from tickets.models.message import TAKES_EFFECT
from tickets.parked import ON_THE_WAY, park_message
from tickets.services.drafts import give_back

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
PAUSES = [timedelta(seconds=s) for s in (10, 60, 300, 900, 1800, 3600)]  # the last one again and again
PATIENCE = relay.PATIENCE  # with a message that nobody takes
CRASHES = 2  # of workers, after which a message is not tried again at once
State = Message.State
_NEVER = datetime.max.replace(tzinfo=UTC)


def send_due(*, most: int = 1000, seconds: float = inf, game: int | None = None) -> int:
    """Send the queued messages whose time has come, until ours is up; returns how many were tried.

    `game`: of its tickets alone, for who has a clock of its own.
    """
    if outward.is_off():
        return 0
    turn = Turn(seconds)
    due = Message.objects.filter(state=State.QUEUED, parked_at=None, leaves_at__lte=clock.now()).exclude(channel__in=relay.shut())
    if game is not None:
        due = due.filter(ticket__game=game)
    pks = list(due.order_by("leaves_at", "pk").values_list("pk", flat=True)[:most])
    tried = each_alone(pks, _send, park=park_message, turn=turn)
    _give_up_behind_the_relay(turn)
    return tried


def send(pk: int) -> None:
    """Send one message if it is still queued and its time has come; else nothing: somebody was first."""
    if not outward.is_off():
        _send(pk)


def _send(pk: int) -> None:
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
    if isinstance(outcome, Sent):
        relay.back(message.channel)
    elif not isinstance(outcome, Away):
        relay.hurry(message.channel)
    _confirm(message, outcome)


def _take(pk: int) -> Message | None:
    """queued → sending, unless the player wrote what its author has not seen, or the relay is away and it is not its turn to look."""
    with transaction.atomic(durable=True):
        message = _locked(pk)
        if message is None or message.state != State.QUEUED or message.parked_at or (message.leaves_at or _NEVER) > clock.now():
            return None
        if _is_stale(message):
            _return(message.ticket, message)
            return None
        if not relay.may_try(message.channel, _who(message)):
            return None
        now = clock.now()
        message.state, message.state_at, message.attempts = State.SENDING, now, message.attempts + 1
        message.claimed_until, message.first_tried_at = now + LEASE, message.first_tried_at or now
        message.save(update_fields=["state", "state_at", "attempts", "claimed_until", "first_tried_at"])
        return message


def _locked(pk: int) -> Message | None:
    """As `lock_message`, but a message without a ticket is no message that went its way."""
    message = lock_message(pk)
    if message is None and Message.objects.filter(pk=pk).exists():
        raise LookupError("Its ticket is gone.")
    return message


def _who(message: Message) -> str:
    """As the relay knows it."""
    return f"message {message.pk}"


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
    record(ticket, MessageSkipped() if skip else MessageStale(), by=SYSTEM, message=message)


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
        apply_outcome(message, outcome, by=SYSTEM)


def apply_outcome(message: Message, outcome: Outcome, *, by: Actor) -> None:
    """Write an outcome to a message that is on its way; its ticket is locked and hangs at `message.ticket`."""
    ticket, now = message.ticket, clock.now()
    outcome = _weighed(message, outcome, now)
    message.claimed_until, message.parked_at, message.state_at = None, None, now
    message.error = "" if isinstance(outcome, Sent) else one_line(outcome.reason, 500)
    told: Payload | None = None
    match outcome:
        case Sent():
            told = _sent(message)
            message.state, message.sent_at = State.SENT, message.sent_at or now
        case Retry():
            message.state, message.leaves_at = State.QUEUED, now + (_pause(message) if outcome.after is None else outcome.after)
        case Failed():
            message.state, told = State.FAILED, MessageFailed(purpose=purpose_of(message))
        case Uncertain():
            message.state, told = State.UNCERTAIN, MessageUncertain(purpose=purpose_of(message))
    message.save(update_fields=["state", "state_at", "sent_at", "leaves_at", "claimed_until", "parked_at", "error"])
    if told:
        record(ticket, told, by=by, message=message, at=now)
    if message.state == State.SENT and message.purpose in TAKES_EFFECT:
        take_effect(message)


def _sent(message: Message) -> MessageSent:
    """What is told of a message that leaves, before it counts as an answer."""
    ticket, counts = message.ticket, message.purpose in TAKES_EFFECT
    answered = waiting.answered_by(ticket, message) if counts else []
    return MessageSent(
        purpose=purpose_of(message),
        author_kind=author_kind_of(message),
        author=message.author_id,
        approver=message.approver_id,
        answers_upto=message.answers_upto,
        answers=tuple(each.pk for each in answered[:MOST]),
        answers_in=tuple(each.received_in for each in answered[:MOST]),
        more=len(answered[MOST:]) or None,
        waited_since=min((each.at for each in answered), default=None),
        first=message.is_a_persons_answer and ticket.first_reply_at is None,
        again=was_sent_again(message),
    )


def was_sent_again(message: Message) -> bool:
    """Whether a person had it sent once more."""
    return Event.objects.filter(ticket=message.ticket, kind=MessageRetried.kind, message_id=message.pk).exists()


def _weighed(message: Message, outcome: Outcome, now: datetime) -> Sent | Retry | Failed | Uncertain:
    """An absent relay is a reason to try again when it is asked next; nothing is tried for longer than our patience.

    In doubt the message waits for its own pause as well: it may be just this one for which the relay closes its door.
    """
    if isinstance(outcome, Away):
        after = relay.gone(message.channel, outcome.reason, who=_who(message), doubtful=outcome.doubtful) - now
        outcome = Retry(outcome.reason, max(after, _pause(message)) if outcome.doubtful else after)
    if isinstance(outcome, Retry) and message.first_tried_at and now >= message.first_tried_at + PATIENCE:
        return Failed(outcome.reason)
    return outcome


def _pause(message: Message) -> timedelta:
    return PAUSES[min(max(message.attempts, 1), len(PAUSES)) - 1]


def _give_up_behind_the_relay(turn: Turn) -> None:
    """What waited for an absent relay as long as our patience lasts has failed, and its author is told. Only while somebody still looks."""
    now = clock.now()
    for channel, row in relay.away().items():
        lately = row.failed_at is not None and row.failed_at > now - 2 * relay.LONGEST
        if not lately or row.away_since is None or row.away_since > now - PATIENCE:
            continue
        waited = Q(leaves_at__lte=now - PATIENCE) | Q(first_tried_at__lte=now - PATIENCE)
        pks = Message.objects.filter(waited, state=State.QUEUED, parked_at=None, channel=channel).values_list("pk", flat=True)
        each_alone(list(pks), partial(_tired_of, reason=row.reason), park=park_message, turn=turn)


@transaction.atomic
def _tired_of(pk: int, *, reason: str) -> None:
    message = lock_message(pk)
    if message is not None and message.state == State.QUEUED:
        apply_outcome(message, Failed(reason), by=SYSTEM)


def give_up(pk: int) -> bool:
    """A person gives a parked message up: it has failed, or is uncertain where its words may have left. Its author is told.

    If it cannot even be settled as others are, its row alone says so.
    """
    row = Message.objects.filter(pk=pk, parked_at__isnull=False, state__in=ON_THE_WAY)
    facts = row.values_list("state", "error").first()
    if facts is None:
        return False
    may_have_left, reason = facts[0] == State.HANDED, facts[1]
    try:
        with transaction.atomic():
            message = lock_message(pk)
            if message is not None:
                apply_outcome(message, Uncertain(reason) if may_have_left else Failed(reason), by=SYSTEM)
    except Exception:
        log.exception("message_given_up_by_its_row", message=pk)
        row.update(state=State.UNCERTAIN if may_have_left else State.FAILED, state_at=clock.now(), claimed_until=None, parked_at=None)
    return True


def take_effect(message: Message) -> None:
    """A message has truly left: it answers, and its status comes."""
    ticket = message.ticket
    waiting.refresh(ticket)
    triggers.answer_left(ticket, message, by=Actor(ActorKind(message.author_kind), message.author_id))


def recover(*, seconds: float = inf) -> int:
    """What a killed worker left: before `handed` back to queued, after it uncertain. Returns how many there were."""
    pks = list(_lapsed().order_by("claimed_until").values_list("pk", flat=True))
    return each_alone(pks, _recover, park=park_message, turn=Turn(seconds))


def _lapsed() -> QuerySet[Message]:
    return Message.objects.filter(state__in=[State.SENDING, State.HANDED], parked_at=None, claimed_until__lte=clock.now())


def _recover(pk: int) -> None:
    with transaction.atomic(durable=True):
        message = _locked(pk)
        if message is None or not _lapsed().filter(pk=pk).exists():
            return
        if message.state == State.HANDED:
            apply_outcome(message, Uncertain(str(_("The worker stopped while it was sending."))), by=SYSTEM)
        else:
            again = timedelta() if message.attempts <= CRASHES else None
            apply_outcome(message, Retry(str(_("The worker stopped before it could send.")), after=again), by=SYSTEM)


@transaction.atomic
def decide(message: Message, *, arrived: bool, by: Actor) -> Message:
    """Somebody says of an uncertain message whether it arrived; if not, it is sent again."""
    found = lock_message(message.pk)
    if found is None or found.state != State.UNCERTAIN:
        raise Conflict(_("This message is not uncertain any more."))
    message = found
    record(message.ticket, MessageSettled(arrived=arrived), by=by, message=message)
    if arrived:
        apply_outcome(message, Sent(), by=by)
    else:
        _again(message, by)
    return message


@transaction.atomic
def resend(message: Message, *, by: Actor) -> Message:
    """Send a failed or bounced message once more, the same words under the same Message-ID, to where the ticket's mail goes now."""
    found = lock_message(message.pk)
    if found is None or found.state not in {State.FAILED, State.BOUNCED}:
        raise Conflict(_("Only a failed or bounced message can be sent again."))
    message = found
    channels.channel(message.channel).prepare(message.ticket, message)
    _again(message, by)
    return message


@transaction.atomic
def try_now(message: Message) -> Message:
    """Somebody does not want to wait for the next try: of this message, and of the relay where that is away."""
    found = lock_message(message.pk)
    undo_window = found is not None and not found.attempts and (found.leaves_at or _NEVER) > clock.now()
    if found is None or found.state != State.QUEUED or found.parked_at or undo_window:
        raise Conflict(_("It does not wait for another try."))
    relay.hurry(found.channel)
    found.leaves_at = clock.now()
    found.save(update_fields=["leaves_at"])
    nudge("tickets.send", found.pk)
    return found


def _again(message: Message, by: Actor) -> None:
    message.state, message.state_at, message.attempts = State.QUEUED, clock.now(), 0
    message.leaves_at, message.first_tried_at, message.parked_at, message.error = clock.now(), None, None, ""
    message.sent_at = message.delivered_at = None  # the first journey came to nothing; it counts from the one that arrives
    message.save(
        update_fields=[
            "state",
            "state_at",
            "attempts",
            "leaves_at",
            "first_tried_at",
            "parked_at",
            "error",
            "sent_at",
            "delivered_at",
            "to_address",
            "message_id",
            "in_reply_to",
        ]
    )
    record(message.ticket, MessageRetried(), by=by, message=message)
    nudge("tickets.send", message.pk)
