"""Looking at a ticket: how far somebody has read, and who else is there now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import OuterRef, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Greatest

from helpdesk.base import clock
from helpdesk.base.worded import Worded
from helpdesk.staff.models import User
from helpdesk.staff.services.work import worked
from tickets.access import known_drafts
from tickets.actors import ActorKind
from tickets.desk.models import TicketView, ViewSpan
from tickets.models import Draft, Message, Ticket

_look = Worded(lambda ticket, user: TicketView.objects.filter(ticket=ticket, user=user))
PRESENT = timedelta(seconds=25)  # a page speaks every 8 seconds; two may be lost


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody else at the same ticket. `writing`: their cursor is in the composer; `drafted`: a draft of theirs lies there."""

    user: User
    here: bool
    writing: bool
    drafted: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """Words in somebody's composer. `returned`: they had been sent, and came back because the player wrote first."""

    author: str
    mine: bool
    returned: bool


def looked(ticket: Ticket, *, by: User, upto: int, writing: bool = False) -> None:
    """Remember that `by` has the ticket on screen up to this event. Never goes back: an old tab does not unread."""
    upto = min(upto, ticket.last_event_id)
    doing = TicketView.Doing.WRITING if writing else TicketView.Doing.READING
    touched = TicketView.objects.filter(ticket=ticket, user=by).update(event_id=Greatest("event_id", upto), at=clock.now(), doing=doing)
    if not touched:
        TicketView.objects.bulk_create([TicketView(ticket=ticket, user=by, event_id=upto, doing=doing)], ignore_conflicts=True)


def viewed(ticket: Ticket, *, by: User) -> None:
    """`by` has it on a visible page and touched that lately: their span of looking at it goes on, or a new one begins."""
    now = clock.now()
    last = ViewSpan.objects.filter(ticket=ticket, user=by).order_by("-ended_at").values("pk")[:1]
    if not ViewSpan.objects.filter(pk__in=last, ended_at__gte=now - PRESENT).update(ended_at=now):
        ViewSpan.objects.create(ticket=ticket, user=by, began_at=now, ended_at=now)
    worked(by)


def read_upto(ticket: Ticket, user: User) -> int | None:
    """The last event this person had on screen, or None: they have never looked."""
    return next((look.event_id for look in _look(ticket.pk, user.pk)), None)


def seen_event(reader: User) -> Subquery:
    """Of each ticket of a query the last event that this reader had on screen; null where he never looked."""
    return Subquery(TicketView.objects.filter(ticket=OuterRef("pk"), user=reader).values("event_id"))


def begun(tickets: Iterable[int], reader: User) -> dict[int, list[Begun]]:
    """The drafts that lie in the tickets of these ids and that the reader may know of, their own first. One query for all of them, none
    where there are none."""
    ids = list(tickets)
    if not ids:
        return {}
    last = Message.objects.filter(
        ticket=OuterRef("ticket"), kind=Message.Kind.REPLY, author_kind=ActorKind.OPERATOR, author_id=OuterRef("author_id")
    )
    these = RawSQL("SELECT unnest(%s::bigint[])", [ids])  # one value: fifty cost as much as all the rest of the statement
    drafts = Draft.objects.filter(known_drafts(reader), ticket__in=these).exclude(text="")
    rows = drafts.annotate(last=Subquery(last.order_by("-pk").values("state")[:1]))
    found: dict[int, list[Begun]] = {}
    for ticket, author, name, kind, state in rows.order_by("pk").values_list("ticket_id", "author_id", "author__name", "kind", "last"):
        returned = kind == Draft.Kind.REPLY and state in {Message.State.STALE, Message.State.RETURNED}
        found.setdefault(ticket, []).append(Begun(name, author == reader.pk, returned))
    return {ticket: sorted(drafts, key=lambda one: (not one.mine, not one.returned)) for ticket, drafts in found.items()}


def colleagues(ticket: Ticket, besides: User, drafts: Iterable[Draft]) -> list[Colleague]:
    """Who else is here or has a draft here; those who write stand first."""
    here = {
        look.user_id: look
        for look in TicketView.objects.filter(ticket=ticket, at__gte=clock.now() - PRESENT).exclude(user=besides).select_related("user")
    }
    drafted = {draft.author_id: draft.author for draft in drafts if draft.author_id != besides.pk and draft.text.strip()}
    people = {pk: look.user for pk, look in here.items()} | drafted
    found = [
        Colleague(user, here=pk in here, writing=pk in here and here[pk].doing == TicketView.Doing.WRITING, drafted=pk in drafted)
        for pk, user in people.items()
    ]
    return sorted(found, key=lambda one: (not one.writing, not one.here, one.user.name))
