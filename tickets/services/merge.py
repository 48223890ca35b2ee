"""Merging tickets of one player. It moves no message's origin, so it can be undone."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from helpdesk.base.errors import Conflict, NotAllowed
from tickets.actors import Actor
from tickets.events import change, record
from tickets.events.of_tickets import TicketMerged, TicketUnmerged
from tickets.lifecycle import promises, triggers, waiting
from tickets.lifecycle.machine import await_silence
from tickets.lifecycle.waiting import merged_here
from tickets.locks import ask_again, end_of_merges, lock_many
from tickets.models import Message, Status, Ticket
from tickets.services.drafts import bring_drafts


def refusal(ticket: Ticket, *, into: Ticket) -> str:
    """Why these two cannot be merged, or nothing."""
    if ticket.pk == into.pk:
        return _("A ticket cannot be merged into itself.")
    if (ticket.player_id, ticket.game_id) != (into.player_id, into.game_id):
        return _("Only tickets of one player in one game can be merged.")
    if ticket.merged_into_id or into.merged_into_id or Status.CLOSED in {ticket.status, into.status}:
        return _("A merged or closed ticket cannot be merged.")
    return ""


@transaction.atomic
def merge(ticket: Ticket, *, into: Ticket, by: Actor) -> Ticket:
    """Show this ticket's messages in another one of the same player and game. Returns the one that stays."""
    rows = {row.pk: row for row in lock_many([ticket.pk, into.pk])}
    ticket, into = rows[ticket.pk], rows[into.pk]
    if ticket.merged_into_id == into.pk:  # the second click, or the first one's answer was lost
        return into
    if why := refusal(ticket, into=into):
        raise NotAllowed(why)
    last = Message.objects.filter(ticket__in=[ticket, into]).aggregate(last=Max("pk"))["last"]
    Message.objects.filter(ticket=ticket).update(ticket=into)
    ticket.merged_into, ticket.merged_after = into, last or 0
    bring_drafts(ticket, into=into)
    change(ticket, TicketMerged(into=into.pk), fields=["merged_into", "merged_after"], by=by)
    record(into, TicketMerged(merged=ticket.pk), by=by)
    promises.carry(ticket, into=into, by=by)
    _refresh(ticket, into)
    triggers.still_waits(into, by=by)
    return into


@transaction.atomic
def unmerge(ticket: Ticket, *, out_of: Ticket, by: Actor) -> Ticket:
    """Take a merge back: the messages that this ticket, and those merged into it before, received are shown in it again.

    NotAllowed unless it was merged into `out_of`, where whoever asks has the right too. Conflict when
    the ticket it was merged into is merged further at this very moment.
    """
    last = end_of_merges(ticket.pk)
    rows = {row.pk: row for row in lock_many([ticket.pk, last])}
    ticket, into = rows[ticket.pk], rows[last]
    if ticket.merged_into_id is None:
        raise NotAllowed(_("This ticket is not merged."))
    if ticket.merged_into_id != out_of.pk:
        raise NotAllowed(_("It was merged into another ticket than this one. Take it out there."))
    ask_again(out_of, into)
    if into.merged_into_id is not None:
        raise Conflict(_("This ticket is being merged. Try again."))
    Message.objects.filter(ticket=into, received_in__in=merged_here(ticket)).update(ticket=ticket)
    ticket.merged_into = ticket.merged_after = None
    change(ticket, TicketUnmerged(parted_from=into.pk), fields=["merged_into", "merged_after"], by=by)
    record(into, TicketUnmerged(parted=ticket.pk), by=by)
    promises.carry_back(ticket, out_of=into, by=by)
    _refresh(ticket, into)
    for row in (ticket, into):
        triggers.still_waits(row, by=by)
    return ticket


def _refresh(*tickets: Ticket) -> None:
    for ticket in tickets:
        waiting.refresh(ticket)
    await_silence(tickets)
