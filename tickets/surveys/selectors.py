"""What players answered, as pages and lists ask for it."""

from __future__ import annotations

from collections.abc import Iterable

from tickets.models import Ticket
from tickets.surveys.models import Survey


def survey_of_invitation(message_pk: int) -> Survey | None:
    """The survey a message invited to, with all its page shows; one query."""
    return Survey.objects.select_related("ticket__game", "ticket__player").filter(invitation_id=message_pk).first()


def rating_of(ticket: Ticket) -> Survey | None:
    """The newest rating of a ticket: `score`, `comment`, `answered_at`, `changed_at`, and `reply` with its author."""
    return Survey.objects.filter(ticket=ticket, score__isnull=False).select_related("reply").order_by("-pk").first()


def ratings_of(tickets: Iterable[Ticket | int]) -> dict[int, int]:
    """The newest score of each of the tickets that has one, by the ticket's id; one query for a whole list."""
    pks = [ticket if isinstance(ticket, int) else ticket.pk for ticket in tickets]
    rated = Survey.objects.filter(ticket_id__in=pks, score__isnull=False).order_by("ticket_id", "-pk").distinct("ticket_id")
    return {ticket_id: score for ticket_id, score in rated.values_list("ticket_id", "score") if score is not None}
