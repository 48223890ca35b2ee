"""The ticket's lock. It comes first, before any other row of the ticket, and two tickets are locked in the order of their ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.base.errors import Conflict, NotAllowed
from helpdesk.base.worded import Worded
from tickets.models import Message, Ticket

ATTEMPTS = 10  # at a row that others move away under our eyes

_locked = Worded(lambda pk: Ticket.objects.select_for_update(of=("self",)).select_related("game", "player", "contact").filter(pk=pk))


class _Moved(Exception):
    """Locked what a merge had just moved; leaving the block lets that lock go."""


def lock(ticket: Ticket) -> Ticket:
    """The ticket in which this one is shown now, locked until the transaction ends: itself, or the one it was merged into.

    So whatever is written for a ticket is written where people see it. A right that was asked for the ticket (`asked_by`) is asked
    again for the one it leads to; NotAllowed when it does not hold there. Only the last ticket is locked, so that who merges or
    unmerges them in the order of their ids never waits for us in a circle.
    """
    demand_transaction()
    pk = ticket.pk
    for _attempt in range(ATTEMPTS):
        with suppress(_Moved), transaction.atomic():
            shown = lock_itself(Ticket(pk=pk))
            if shown.merged_into_id is None:
                ask_again(ticket, shown)
                return shown
            raise _Moved
        pk = end_of_merges(pk)
    raise Conflict(_("This ticket is being merged. Try again."))


def lock_itself(ticket: Ticket) -> Ticket:
    """This very ticket as it is now, locked, merged or not: for who looks after merges, or after what happened to this one alone."""
    return lock_many([ticket.pk])[0]


def asked_by(ticket: Ticket, asks: Callable[[Ticket], bool]) -> None:
    """Remember a right that was asked of this ticket: `asks` tells whether the same person has it for another one."""
    ticket.__dict__.setdefault("_asks", []).append(asks)


def ask_again(ticket: Ticket, shown: Ticket) -> None:
    """What was asked for one ticket is done in another: the right must hold there too."""
    asked: list[Callable[[Ticket], bool]] = ticket.__dict__.get("_asks", [])
    if shown.pk != ticket.pk and not all(asks(shown) for asks in asked):
        raise NotAllowed(_("This ticket was merged into another one in which you may not do this. Nothing was done."))


def lock_many(pks: Iterable[int]) -> list[Ticket]:
    """The tickets as they are now, locked, in the order of their ids. Those that are gone are left out."""
    demand_transaction()
    wanted = list(pks)
    if len(wanted) == 1:
        tickets = _locked(*wanted)
    else:  # many tickets, but few games
        rows = Ticket.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
        tickets = list(rows.prefetch_related("game"))
    for ticket in tickets:
        mark_locked(ticket)
    return tickets


def end_of_merges(pk: int) -> int:
    """The id of the ticket in which this one is shown, as it is now; only a lock makes it stay so."""
    while (into := Ticket.objects.filter(pk=pk).values_list("merged_into_id", flat=True).first()) is not None:
        pk = into
    return pk


def lock_message(pk: int) -> Message | None:
    """A message, locked after the ticket in which it is shown now, which hangs locked at `message.ticket`. None when it is gone.

    A merge may move it between looking and locking: then the wrong ticket is let go before the right one is locked.
    """
    shown = Message.objects.filter(pk=pk).values("ticket_id")
    for _attempt in range(ATTEMPTS):
        with suppress(_Moved), transaction.atomic():
            ticket = Ticket.objects.select_for_update(of=("self",)).select_related("game").filter(pk__in=shown).first()
            if ticket is None:
                return None
            message = Message.objects.select_for_update().filter(pk=pk).first()
            if message is None:
                return None
            if message.ticket_id != ticket.pk:
                raise _Moved
            mark_locked(ticket)
            message.ticket = ticket
            return message
    raise Conflict(_("This ticket is being merged. Try again."))


def demand_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A ticket is locked within a transaction only.")


def mark_locked(ticket: Ticket) -> None:
    """This instance was read under the lock, or made in this transaction."""
    ticket.__dict__["_locked"] = True


def demand_lock(ticket: Ticket) -> None:
    """Raise unless the instance was read under the lock in a transaction that is still open."""
    if not ticket.__dict__.get("_locked") or not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"Ticket {ticket.number} is changed without its lock: fetch it by tickets.locks.lock().")
