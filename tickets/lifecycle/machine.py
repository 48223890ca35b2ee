"""The only code that writes a status. It sets the timers in the same transaction and sends nothing: events carry the notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.bounds import NO_SUCH_DAY, is_sane
from helpdesk.base.errors import NotAllowed
from tickets import timers
from tickets.actors import Actor
from tickets.events import NewEvent, change_many
from tickets.events.of_tickets import TicketMoved
from tickets.lifecycle import promises
from tickets.lifecycle.moves import may
from tickets.lifecycle.pending import PendingInfo
from tickets.lifecycle.rules import Rules
from tickets.locks import demand_lock
from tickets.models import ON_HOLD, Event, Lane, LifecycleRule, Message, Status, Ticket

SILENCE = "lifecycle.silence"  # the kinds of the life cycle's own timers
OVERDUE = "lifecycle.overdue"  # the day of a hold has passed
FIELDS = [
    *("status", "status_since", "resolved_at", "pending_on", "pending_department", "pending_until", "pending_told", "hold_reason"),
    *promises.FIELDS,
]


def move(
    ticket: Ticket,
    to: Status,
    *,
    by: Actor,
    pending: PendingInfo | None = None,
    message: Message | None = None,
    rule: LifecycleRule | None = None,
    back: bool = False,
) -> Event | None:
    """Move one locked ticket; None when it is there already. On hold with another debtor, day, reason or word to the player is a move."""
    events = move_many([ticket], to, by=by, pending=pending, message=message, rule=rule, back=back)
    return events[0] if events else None


def move_many(
    tickets: Sequence[Ticket],
    to: Status,
    *,
    by: Actor,
    pending: PendingInfo | None = None,
    message: Message | None = None,
    rule: LifecycleRule | None = None,
    lane: Lane | None = None,
    back: bool = False,
) -> list[Event]:
    """Move locked tickets to one status. NotAllowed when the table forbids it for one of them: then none has moved.

    `back`: a move is taken back, so it is the way here that must have been legal, not the way there.
    """
    if (to == Status.PENDING) != (pending is not None and bool(pending.on)):
        raise NotAllowed(_("Say which department owes an answer."), field="pending_on")
    if pending is not None and not is_sane(pending.until):
        raise NotAllowed(NO_SUCH_DAY, field="pending_until")
    pending = pending if to in ON_HOLD else None
    now, before, moving = clock.now(), dict[int, str](), list[Ticket]()
    for ticket in tickets:
        demand_lock(ticket)
        if ticket.status == to and (pending is None or PendingInfo.of(ticket) == pending):
            continue
        if ticket.status != to and not (may(to, ticket.status, by.kind) if back else may(ticket.status, to, by.kind)):
            raise NotAllowed(
                _("A ticket that is “%(before)s” cannot become “%(after)s” this way.")
                % {"before": Status(ticket.status).label, "after": to.label}
            )
        moving.append(ticket)
    if not moving:
        return []
    for ticket in moving:
        before[ticket.pk] = ticket.status
        _set(ticket, to, pending, now)
    pledges, promised = promises.renew(moving, pending, before=before, by=by, message=message)
    entries = [NewEvent(ticket, _moved(pledges.get(ticket.pk), pending, rule), by, message, before[ticket.pk]) for ticket in moving]
    events = change_many([*entries, *promised], fields=FIELDS, lane=lane)[: len(moving)]
    _set_timers(moving, before, events)
    return events


def close_for_good(ticket: Ticket, *, by: Actor) -> Event | None:
    """Close a locked ticket from whatever status, without a rule and without a word: there is nobody left to answer."""
    demand_lock(ticket)
    if ticket.status == Status.CLOSED:
        return None
    before = {ticket.pk: str(ticket.status)}
    _set(ticket, Status.CLOSED, None, clock.now())
    _pledges, promised = promises.renew([ticket], None, before=before, by=by)
    events = change_many([NewEvent(ticket, TicketMoved(), by, None, before[ticket.pk]), *promised], fields=FIELDS)[:1]
    _set_timers([ticket], before, events)
    return events[0]


def _set(ticket: Ticket, to: Status, pending: PendingInfo | None, now: datetime) -> None:
    ticket.status, ticket.status_since = to, now
    ticket.resolved_at = now if to == Status.RESOLVED else (ticket.resolved_at if to == Status.CLOSED else None)
    owed = pending or PendingInfo()
    ticket.pending_on, ticket.pending_department_id = owed.on, owed.department
    ticket.pending_until, ticket.pending_told, ticket.hold_reason_id = owed.until, owed.told, owed.reason


def _moved(pledge: int | None, pending: PendingInfo | None, rule: LifecycleRule | None) -> TicketMoved:
    return TicketMoved(
        rule=rule.pk if rule else None,
        notice=(rule.notice_key or None) if rule else None,
        pledge=pledge,
        department=pending.department if pending else None,
        until=pending.until if pending else None,
        reason=pending.reason if pending else None,
    )


def _set_timers(tickets: Sequence[Ticket], before: dict[int, str], events: Sequence[Event]) -> None:
    """Silence starts anew with each move; a ticket on hold freezes its freezing timers and has no silence at all."""
    frozen = [t for t in tickets if t.status in ON_HOLD and before[t.pk] not in ON_HOLD]
    thawed = [t for t in tickets if t.status not in ON_HOLD and before[t.pk] in ON_HOLD]
    if frozen:
        timers.freeze(frozen)
    if thawed:
        timers.thaw(thawed)
    anchors = {event.ticket_id: event.pk for event in events}
    _await_the_day([t for t in tickets if {t.status, before[t.pk]} & ON_HOLD], anchors)
    await_silence(tickets, anchors=anchors)


def _await_the_day(tickets: Sequence[Ticket], anchors: Mapping[int | None, int]) -> None:
    """When the day of its hold has passed, the ticket rises. This runs on hold too."""
    named = [ticket for ticket in tickets if ticket.on_hold and ticket.pending_until]
    if without := [ticket for ticket in tickets if ticket not in named]:
        timers.disarm(without, OVERDUE)
    if named:
        now = clock.now()
        requests = [timers.TimerRequest(t, t.pending_until, now, anchor_event_id=anchors.get(t.pk)) for t in named if t.pending_until]
        timers.arm_many(requests, OVERDUE)


def await_silence(
    tickets: Sequence[Ticket],
    *,
    anchors: Mapping[int | None, int] | None = None,
    began: Mapping[int, datetime] | None = None,
    fresh: bool = False,
) -> None:
    """Let the silence that the rules know for each ticket's status run, from now or since it `began`, or stop the one that runs.

    Locks must be held. A silence that is over already is due at once. `fresh`: just made, no timer can run yet.
    """
    rules, now = Rules.load(), clock.now()
    wanted, quiet = [], []
    for ticket in tickets:
        demand_lock(ticket)
        rule = rules.silence(ticket)
        if rule is None or ticket.on_hold or ticket.merged_into_id:
            quiet.append(ticket)
            continue
        since = (began or {}).get(ticket.pk, now)
        wanted.append(timers.TimerRequest(ticket, since + timedelta(hours=rule.hours or 0), since, rule, (anchors or {}).get(ticket.pk)))
    if quiet and not fresh:
        timers.disarm(quiet, SILENCE)
    if wanted:
        timers.arm_many(wanted, SILENCE)
