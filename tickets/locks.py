"""The ticket's lock. It comes first, before any other row of the ticket, and two tickets are locked in the order of their ids."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from tickets.models import Ticket


def lock(ticket: Ticket) -> Ticket:
    """The ticket as it is now, locked until the transaction ends."""
    return lock_many([ticket.pk])[0]


def lock_many(pks: Iterable[int], *, skip_locked: bool = False) -> list[Ticket]:
    """The tickets as they are now, locked, in the order of their ids. Those that are gone (or, with `skip_locked`, busy) are left out."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A ticket is locked within a transaction only.")
    rows = Ticket.objects.select_for_update(of=("self",), skip_locked=skip_locked).select_related("game").filter(pk__in=list(pks)).order_by("pk")
    tickets = list(rows)
    for ticket in tickets:
        mark_locked(ticket)
    return tickets


def mark_locked(ticket: Ticket) -> None:
    """This instance was read under the lock, or made in this transaction."""
    ticket.__dict__["_locked"] = True


def demand_lock(ticket: Ticket) -> None:
    """Raise unless the instance was read under the lock in a transaction that is still open."""
    if not ticket.__dict__.get("_locked") or not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"Ticket {ticket.number} is changed without its lock: fetch it by tickets.locks.lock().")
