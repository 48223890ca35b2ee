"""What moves a ticket without a click: the player writes, our answer leaves or fails, and silence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from helpdesk.base import clock
from helpdesk.base.bounds import tame
from tickets.actors import SYSTEM, Actor
from tickets.events import NewEvent, record_many
from tickets.events.of_tickets import TicketOverdue
from tickets.lifecycle import promises
from tickets.lifecycle.machine import await_silence, move, move_many
from tickets.lifecycle.moves import may
from tickets.lifecycle.pending import PendingInfo
from tickets.lifecycle.rules import Rules
from tickets.models import Lane, LifecycleRule, Message, Pledge, Status, Ticket, Timer, Trigger
from tickets.timers import Due


def player_wrote(ticket: Ticket, message: Message, *, by: Actor) -> None:
    """By the rules: answered and resolved come back, new, waiting, in_progress and pending stay as they are."""
    rule = Rules.load().find(ticket, Trigger.PLAYER_MESSAGE)
    if rule and may(ticket.status, rule.to_status, by.kind):
        move(ticket, Status(rule.to_status), by=by, message=message, rule=rule)


def answer_left(ticket: Ticket, message: Message, *, by: Actor) -> None:
    """The status its author chose with the reply, else what the rules say.

    It keeps what was promised. While the player waits for more than it answers the ticket stays our turn; only it is not new any more.
    A reply that changes no status still begins the silence anew: we have just spoken.
    """
    promises.answered(ticket, message, by=by)
    if ticket.waiting_since is not None:
        if ticket.status == Status.NEW and may(Status.NEW, Status.WAITING, by.kind):
            move(ticket, Status.WAITING, by=by, message=message)
        return
    if message.then_status:
        stays = ticket.status == message.then_status and ticket.on_hold  # another day, perhaps
        legal = stays or (ticket.status != message.then_status and may(ticket.status, message.then_status, by.kind))
        if legal and move(ticket, Status(message.then_status), by=by, pending=_brings(ticket, message), message=message):
            return
    else:
        rule = Rules.load().find(ticket, Trigger.OPERATOR_REPLY)
        if rule and may(ticket.status, rule.to_status, by.kind):
            move(ticket, Status(rule.to_status), by=by, message=message, rule=rule)
            return
    await_silence([ticket], anchors={ticket.pk: ticket.last_event_id})


def _brings(ticket: Ticket, message: Message) -> PendingInfo:
    """What a reply says of the hold that it may bring."""
    return PendingInfo(
        message.then_pending_on,
        tame(message.then_pending_until),
        ticket.pending_told if ticket.status == message.then_status else "",
        department=message.then_pending_department_id,
        reason=message.then_hold_reason_id,
    )


def answer_failed(ticket: Ticket, message: Message) -> None:
    """What we thought was answered is not: the player waits again, and no silence runs. What it had kept of a promise is owed again."""
    promises.unanswered(ticket, message)
    still_waits(ticket, by=SYSTEM, message=message)


def still_waits(ticket: Ticket, *, by: Actor, message: Message | None = None) -> None:
    """A ticket that we took for answered holds an unanswered message (it bounced, it came by a merge): it is our turn again."""
    if ticket.waiting_since is not None and ticket.status in {Status.ANSWERED, Status.RESOLVED} and ticket.merged_into_id is None:
        move(ticket, Status.WAITING, by=by, message=message)


def day_passed(due: Sequence[Due]) -> None:
    """Fire of the overdue timers: the ticket is still on hold, so it rises and whoever has it is told. An open promise of that day tells it
    itself."""
    holds = [ticket for ticket, _timer in due if ticket.on_hold and ticket.pending_until and ticket.merged_into_id is None]
    now = clock.now()
    late = [each for each in holds if each.pending_until and each.pending_until <= now and each.pending_until != each.promised_until]
    pledges = dict(Pledge.objects.filter(ticket__in=late).order_by("ticket", "-pk").distinct("ticket").values_list("ticket", "pk"))
    entries = [NewEvent(ticket, TicketOverdue(pledge=pledges.get(ticket.pk), until=ticket.pending_until), SYSTEM) for ticket in late]
    if entries:
        record_many(entries, lane=Lane.BULK)


def silence_foretold(timer: Timer) -> tuple[str, str]:
    """What happens next by a silence timer, for the ticket's page."""
    to = Status(timer.rule.to_status) if timer.rule else Status.CLOSED
    words = {
        Status.RESOLVED: _("Counts as resolved, unless the player writes,"),
        Status.CLOSED: _("Closes, unless the player writes,"),
    }
    return "timer", words.get(to) or _("Becomes “%(status)s”, unless somebody writes,") % {"status": to.label}


def silence_over(due: Sequence[Due]) -> None:
    """Fire of the silence timers. Where another rule has come meanwhile, the silence goes on by that; a player who waits has ended it."""
    rules = Rules.load()
    groups: dict[LifecycleRule, list[Ticket]] = defaultdict(list)
    other: dict[int, datetime] = {}
    for ticket, timer in due:
        rule = rules.silence(ticket)
        if rule is None or ticket.waiting_since is not None or ticket.merged_into_id or not may(ticket.status, rule.to_status, SYSTEM.kind):
            continue
        if rule.pk == timer.rule_id:
            groups[rule].append(ticket)
        else:
            other[ticket.pk] = timer.armed_at
    for rule, tickets in groups.items():
        move_many(tickets, Status(rule.to_status), by=SYSTEM, rule=rule, lane=Lane.BULK)
    if other:
        await_silence([ticket for ticket, _timer in due if ticket.pk in other], began=other)
