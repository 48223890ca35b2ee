"""Whom an operator means by the words in “Who owes an answer”."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.staff.models import User
from helpdesk.staff.services.departments import department_named
from tickets.models import Status, Ticket


@dataclass(frozen=True, slots=True)
class Owing:
    """Who owes an answer: a name, and the id of the department, if it is one of the list."""

    name: str = ""
    department: int | None = None


def owing(words: str | None, ticket: Ticket, *, then: str, by: User) -> Owing:
    """Who that is, where a ticket becomes pending. The words that a pending ticket has already may stay, whether a department has them or
    not. DomainError, beside `pending_on`, when there is no such department and this person may not make one."""
    name = (words or "").strip()
    if then != Status.PENDING or not name:
        return Owing()
    if ticket.status == Status.PENDING and ticket.pending_on == name:
        return Owing(name, ticket.pending_department_id)
    department = department_named(name, game=ticket.game, by=by, field="pending_on")
    return Owing(department.name, department.pk)
