"""The ledger of promises. This module alone writes `promised_until`, and how a `Pledge` ends.

A hold with a day promises the player an answer. The promise does not end with the hold: it is kept by the answer of a person who wrote it
after the promise, replaced by another day, withdrawn when the matter is settled without an answer; once its day has passed it is broken and
still owed. An answer that comes back brings it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from helpdesk.base import clock
from helpdesk.base.clock import seconds_between
from tickets import timers
from tickets.actors import SYSTEM, Actor
from tickets.events import NewEvent, change_many
from tickets.events.of_promises import PromiseBroken, PromiseKept, PromiseMade, PromiseReopened, PromiseWithdrawn
from tickets.events.of_promises import Why as WhyWord
from tickets.lifecycle.pending import PendingInfo
from tickets.locks import demand_lock
from tickets.models import ON_HOLD, Lane, Message, Pledge, Status, Ticket
from tickets.timers import Due

KIND = "promise.due"  # of timer
FIELDS = ["promised_until"]
Outcome, Why = Pledge.Outcome, Pledge.Why
_SETTLED = frozenset({Status.ANSWERED, Status.RESOLVED, Status.CLOSED})
_ENDS = ["outcome", "ended_at", "ended_by", "why", "answered_by", "instead"]


def renew(
    tickets: Sequence[Ticket], pending: PendingInfo | None, *, before: Mapping[int, str], by: Actor, message: Message | None = None
) -> tuple[dict[int, int], list[NewEvent]]:
    """What a move makes of the promises of tickets that stand at their new status already: the pledge that each move names, by ticket, and
    what is to be told after the move. The caller saves `FIELDS`."""
    now, pledges, ended, made = clock.now(), dict[int, int](), list[Pledge](), list[Pledge]()
    standing = _open(tickets)
    for ticket in tickets:
        was = standing.get(ticket.pk)
        if pending is not None and was is not None and _said_by(was) == pending.promise:
            pledges[ticket.pk] = was.pk
            continue
        if pending is not None and (pending.on or pending.until):
            made.append(_new(ticket, pending, by, now))
        if was is not None and (why := _why_it_ends(was, pending, before[ticket.pk])):
            ended.append(_end(was, Outcome.WITHDRAWN, by, now, why=why))
    _save(ended)
    pledges |= {pledge.ticket_id: pledge.pk for pledge in Pledge.objects.bulk_create(made)}
    if replaced := [was for was in ended if was.why == Why.REPLACED]:
        for was in replaced:
            was.instead = pledges[was.ticket_id]
        _save(replaced)
    promised = [pledge for pledge in made if pledge.until]
    _await(promised, gone=[was.ticket for was in ended])
    said = [NewEvent(was.ticket, _withdrawn(was), by) for was in ended]
    return pledges, said + [NewEvent(pledge.ticket, _made(pledge), by, message) for pledge in promised]


def answered(ticket: Ticket, message: Message, *, by: Actor) -> None:
    """An answer has left. It keeps the promise if a person wrote it after that was made, unless it brings another day itself."""
    brings_a_day = message.then_status in ON_HOLD and message.then_pending_until
    if ticket.promised_until is None or not message.is_a_persons_answer or brings_a_day:
        return
    pledge = _open([ticket]).get(ticket.pk)
    if pledge is None or pledge.until is None or message.at < pledge.at:
        return
    at, said = message.sent_at or clock.now(), list[NewEvent]()
    late = at > pledge.until
    if late and pledge.broken_at is None:
        pledge.broken_at = at
        said.append(NewEvent(ticket, _broken(pledge), SYSTEM))
    _end(pledge, Outcome.LATE if late else Outcome.KEPT, by, at, answered_by=message.pk)
    seconds = seconds_between(pledge.until, at) if late else None
    said.append(NewEvent(ticket, PromiseKept(pledge=pledge.pk, until=pledge.until, late=seconds), by, message))
    _save([pledge])
    _await([], gone=[ticket])
    change_many(said, fields=FIELDS)


def unanswered(ticket: Ticket, message: Message) -> None:
    """An answer has come back: the promise that it had kept stands again, unless another one stands there now."""
    pledge = Pledge.objects.filter(ticket=ticket, answered_by=message.pk).first()
    if pledge is not None and ticket.promised_until is None and ticket.status != Status.CLOSED:
        reopen(ticket, pledge, by=SYSTEM)


def reopen(ticket: Ticket, pledge: Pledge, *, by: Actor) -> None:
    """Let an ended promise of a locked ticket, which has no open one, stand again."""
    demand_lock(ticket)
    pledge.outcome, pledge.why, pledge.ended_at, pledge.ended_by, pledge.answered_by, pledge.instead = "", "", None, None, None, None
    _save([pledge])
    pledge.ticket = ticket
    _await([pledge])
    said = PromiseReopened(pledge=pledge.pk, until=pledge.until, broken=pledge.broken_at is not None)
    change_many([NewEvent(ticket, said, by)], fields=FIELDS)


def open_of(ticket: Ticket) -> Pledge | None:
    """The open promise of a ticket, or None; no query where there is none."""
    return _open([ticket]).get(ticket.pk)


def day_passed(due: Sequence[Due]) -> None:
    """Fire of the timers: what is not answered by its day is broken, and still owed."""
    now = clock.now()
    tickets = {ticket.pk: ticket for ticket, _timer in due}
    broken, over = list[Pledge](), list[Pledge]()
    for pledge in _open(tickets.values()).values():
        if pledge.ticket.merged_into_id is not None or pledge.ticket.status == Status.CLOSED:  # by a process of the former release
            over.append(_end(pledge, Outcome.WITHDRAWN, SYSTEM, now, why=Why.SETTLED))
        elif pledge.broken_at is None and pledge.until and pledge.until <= now:
            pledge.broken_at = now
            broken.append(pledge)
    Pledge.objects.bulk_update(broken, ["broken_at"])
    _save(over)
    _await([], gone=[pledge.ticket for pledge in over])
    entries = [NewEvent(pledge.ticket, _broken(pledge), SYSTEM) for pledge in broken]
    if entries := entries + [NewEvent(pledge.ticket, _withdrawn(pledge), SYSTEM) for pledge in over]:
        change_many(entries, fields=FIELDS, lane=Lane.BULK)


def carry(ticket: Ticket, *, into: Ticket, by: Actor) -> None:
    """A ticket is merged: its promise goes with it, unless a nearer one stands where it goes. Both are locked."""
    now, open_ = clock.now(), _open([ticket, into])
    going, there = open_.get(ticket.pk), open_.get(into.pk)
    if going is None or going.until is None:
        return
    said = list[NewEvent]()
    _save([_end(going, Outcome.WITHDRAWN, by, now, why=Why.MERGED)])
    stays = there
    if there is None or there.until is None or there.until > going.until:
        if there is not None:
            _save([_end(there, Outcome.WITHDRAWN, by, now, why=Why.REPLACED)])
        facts = {name: getattr(going, name) for name in ("on", "told", "department_id", "until", "by_kind", "by_id", "broken_at")}
        stays = Pledge.objects.create(ticket=into, at=now, **facts)
        if there is not None:
            there.instead = stays.pk
            _save([there])
            said.append(NewEvent(into, _withdrawn(there), by))
        said.append(NewEvent(into, _made(stays), by))
    assert stays is not None
    going.instead = stays.pk
    _save([going])
    _await([stays], gone=[ticket])
    change_many([NewEvent(ticket, _withdrawn(going), by), *said], fields=FIELDS)


def carry_back(ticket: Ticket, *, out_of: Ticket, by: Actor) -> None:
    """A merge is taken back: what was promised in the ticket that goes stands there again, unless it was answered meanwhile. Both are
    locked."""
    went = Pledge.objects.filter(ticket=ticket, why=Why.MERGED).order_by("-pk").first()
    there = _open([out_of]).get(out_of.pk)
    if went is None or there is None or went.instead != there.pk or ticket.promised_until is not None or ticket.status == Status.CLOSED:
        return
    if there.at == went.ended_at:  # it came by the merge
        _save([_end(there, Outcome.WITHDRAWN, by, clock.now(), why=Why.PARTED)])
        _await([], gone=[out_of])
        change_many([NewEvent(out_of, _withdrawn(there), by)], fields=FIELDS)
    reopen(ticket, went, by=by)


def _open(tickets: Iterable[Ticket]) -> dict[int, Pledge]:
    """The open promises of these tickets, by ticket; no query where no row names a day."""
    promised = {ticket.pk: ticket for ticket in tickets if ticket.promised_until is not None}
    found = Pledge.objects.filter(ticket__in=promised, until__isnull=False, ended_at=None) if promised else ()
    pledges = {pledge.ticket_id: pledge for pledge in found}
    for pk, pledge in pledges.items():
        pledge.ticket = promised[pk]
    return pledges


def _why_it_ends(promise: Pledge, pending: PendingInfo | None, before: str) -> str:
    """Why a move of its ticket ends a promise, or nothing. One that is broken is owed however the hold is worded anew."""
    status = promise.ticket.status
    if pending is not None and pending.until:
        return Why.REPLACED
    if status in _SETTLED:
        return Why.SETTLED
    return Why.NO_DAY if status in ON_HOLD and status == before and promise.broken_at is None else ""


def _new(ticket: Ticket, pending: PendingInfo, by: Actor, now: datetime) -> Pledge:
    said = {"on": pending.on, "told": pending.told, "department_id": pending.department, "until": pending.until}
    return Pledge(ticket=ticket, at=now, by_kind=by.kind, by_id=by.id, **said)


def _said_by(pledge: Pledge) -> PendingInfo:
    """What a promise says, as a hold says it."""
    return PendingInfo(pledge.on, pledge.until, pledge.told, pledge.department_id)


def _end(pledge: Pledge, outcome: Pledge.Outcome, by: Actor, at: datetime, *, why: str = "", answered_by: int | None = None) -> Pledge:
    pledge.outcome, pledge.ended_at, pledge.why, pledge.answered_by = outcome, at, why, answered_by
    pledge.ended_by = by.person
    return pledge


def _save(pledges: Sequence[Pledge]) -> None:
    if pledges:
        Pledge.objects.bulk_update(pledges, [*_ENDS, "broken_at"])


def _await(promised: Sequence[Pledge], *, gone: Sequence[Ticket] = ()) -> None:
    """The rows of the tickets and their timers say what is open now."""
    for ticket in gone:
        ticket.promised_until = None
    for pledge in promised:
        pledge.ticket.promised_until = pledge.until
    wanted = [pledge for pledge in promised if pledge.broken_at is None]
    if over := [ticket for ticket in gone if ticket.promised_until is None]:
        timers.disarm(over, KIND)
    if wanted:
        now = clock.now()
        timers.arm_many([timers.TimerRequest(each.ticket, each.until, now) for each in wanted if each.until], KIND)


def _made(pledge: Pledge) -> PromiseMade:
    broken = True if pledge.broken_at else None
    return PromiseMade(pledge=pledge.pk, until=pledge.until, department=pledge.department_id, broken=broken)


def _broken(pledge: Pledge) -> PromiseBroken:
    return PromiseBroken(pledge=pledge.pk, until=pledge.until, department=pledge.department_id)


def _withdrawn(pledge: Pledge) -> PromiseWithdrawn:
    return PromiseWithdrawn(pledge=pledge.pk, until=pledge.until, why=cast(WhyWord, str(pledge.why)), instead=pledge.instead)
