"""What operators are told of their tickets, by the bell and, as each has chosen, by mail. Nobody is told what they did themselves.

The same thing about the same ticket is not told again while the first notice has not been seen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_noop

from helpdesk.staff.models import Notice, User
from helpdesk.staff.notices import NoticeKind, notify
from helpdesk.staff.rights import Right
from tickets.access import visible_tickets
from tickets.actors import ActorKind
from tickets.events import Payload, payload_of
from tickets.events.of_messages import (
    MessageBounced,
    MessageFailed,
    MessageNoted,
    MessageReceived,
    MessageReturned,
    MessageStale,
    MessageUncertain,
)
from tickets.events.of_players import PlayerBlocked, PlayerUnblocked
from tickets.events.of_promises import PromiseBroken
from tickets.events.of_tickets import TicketAssigned, TicketMoved, TicketOverdue
from tickets.models import Event, Message, Pledge, Status, Ticket
from tickets.notices.mentions import mentioned

Purpose = Message.Purpose

ASSIGNED, TAKEN_OVER, ANSWERED, MENTION, OVERDUE, LOOK_AGAIN, BROKEN, BLOCK_OVER = (
    f"notices.{name}"
    for name in ("assigned", "taken_over", "player_answered", "mention", "overdue", "look_again", "promise_broken", "block_over")
)
IN_TROUBLE: dict[type[Payload], str] = {
    MessageFailed: "notices.failed",
    MessageBounced: "notices.bounced",
    MessageUncertain: "notices.uncertain",
    MessageStale: "notices.stale",
    MessageReturned: "notices.returned",
}
KINDS = (
    NoticeKind(ASSIGNED, gettext_noop("%(number)s is yours now: “%(subject)s”")),
    NoticeKind(TAKEN_OVER, gettext_noop("%(number)s is with %(who)s now: “%(subject)s”")),
    NoticeKind(ANSWERED, gettext_noop("The player answered in %(number)s: “%(subject)s”")),
    NoticeKind(MENTION, gettext_noop("%(who)s named you in a note in %(number)s: “%(subject)s”"), True),
    NoticeKind(OVERDUE, gettext_noop("%(on)s owed an answer in %(number)s, and the day has passed: “%(subject)s”"), True),
    NoticeKind(
        BLOCK_OVER, gettext_noop("The block of the player of %(number)s is over. Messages set aside meanwhile: %(count)s. “%(subject)s”")
    ),
    NoticeKind(LOOK_AGAIN, gettext_noop("The day has passed on which %(number)s was to be looked at again: “%(subject)s”"), True),
    NoticeKind(BROKEN, gettext_noop("The player was promised an answer by now in %(number)s, and has none: “%(subject)s”"), True),
    NoticeKind("notices.failed", gettext_noop("Your message in %(number)s was refused: “%(subject)s”"), True),
    NoticeKind("notices.bounced", gettext_noop("Your message in %(number)s came back: “%(subject)s”"), True),
    NoticeKind("notices.uncertain", gettext_noop("Nobody knows whether your message in %(number)s has left: “%(subject)s”"), True),
    NoticeKind("notices.returned", gettext_noop("Your reply in %(number)s was given back to you: “%(subject)s”"), True),
    NoticeKind(
        "notices.stale",
        gettext_noop("The player wrote before your reply in %(number)s left; it is back in your composer: “%(subject)s”"),
        True,
    ),
)


def on_assigned(event: Event) -> None:
    """Somebody gave the ticket to a colleague, or took it from one."""
    now = _active(event.assignee_id)
    _tell(event, now, ASSIGNED)
    if now:
        _tell(event, _active(TicketAssigned.of(event).before), TAKEN_OVER, again=True, who=now[0].pk)


def on_received(event: Event) -> None:
    """The player answered a ticket that somebody has. A machine's message is no answer, and neither is the first message."""
    if Message.objects.filter(ticket=event.ticket_id, pk__lt=event.message_id or 0).exclude(kind=Message.Kind.NOTE).exists():
        _tell(event, _holders(event), ANSWERED)


def on_trouble(event: Event) -> None:
    """A person's message did not get through, or nobody knows. Its author is told; if they have left us, who has the ticket now."""
    message = _message_of(event)
    if message is None or message.author_kind != ActorKind.OPERATOR or message.purpose != Purpose.ANSWER:
        return
    people = _active(message.author_id) or _holders(event)
    _tell(event, people, IN_TROUBLE[type(payload_of(event))], message=message.pk)


def on_noted(event: Event) -> None:
    """A note names colleagues. Who may not see the ticket, or not its notes, is not told of it."""
    note = _message_of(event)
    if note is None or event.ticket is None or "@" not in note.text:
        return
    called = mentioned(note.text, User.objects.filter(is_active=True))
    _tell(event, called, MENTION, again=True, right=Right.SEE_NOTES, who=note.author_id, message=note.pk)


def on_overdue(event: Event) -> None:
    """The day of a hold has passed: who has the ticket is told, or else who had set it so."""
    people = _active(event.assignee_id) or _active(_who_set_it(event))
    _tell(event, people, OVERDUE if event.status == Status.PENDING else LOOK_AGAIN)


def on_broken(event: Event) -> None:
    """What the player was promised has not come: who has the ticket is told, and who had promised it."""
    promised = Pledge.objects.filter(ticket=event.ticket_id, pk=PromiseBroken.of(event).pledge or 0, by_kind=ActorKind.OPERATOR)
    people = {user.pk: user for user in [*_holders(event), *_active(promised.values_list("by_id", flat=True).first())]}
    _tell(event, people.values(), BROKEN)


def on_unblocked(event: Event) -> None:
    """A block was over by itself: who had decided it is told, and how much waits to be brought in."""
    said = PlayerUnblocked.of(event)
    begun = Event.objects.filter(subject=event.subject, kind=PlayerBlocked.kind, pk__lt=event.pk, data__block=said.block).first()
    if begun is None:
        return
    for person in _active(begun.actor_id):
        for ticket in visible_tickets(person).filter(pk=PlayerBlocked.of(begun).ticket):
            link = reverse("desk:ticket", args=[ticket.number])
            notify([person], BLOCK_OVER, link=link, number=ticket.number, ticket=ticket.pk, count=said.aside)


def _who_set_it(event: Event) -> int | None:
    moves = Event.objects.filter(ticket=event.ticket_id, kind=TicketMoved.kind, status=event.status, actor_kind=ActorKind.OPERATOR)
    return moves.order_by("-pk").values_list("actor_id", flat=True).first()


def concerns_somebody(event: Event) -> bool:
    """Whether it may be news to a colleague: nobody is told what they did themselves."""
    by = event.actor_id if event.actor_kind == ActorKind.OPERATOR else None
    match payload_of(event):
        case TicketAssigned(before=before):
            return any(pk not in {None, by} for pk in (event.assignee_id, before))
        case MessageReceived(automatic=automatic):
            return event.assignee_id is not None and not automatic
        case PlayerUnblocked():
            return by is None
    return True


HANDLERS: dict[type[Payload], Callable[[Event], None]] = {
    TicketAssigned: on_assigned,
    MessageReceived: on_received,
    MessageNoted: on_noted,
    TicketOverdue: on_overdue,
    PlayerUnblocked: on_unblocked,
    PromiseBroken: on_broken,
    **dict.fromkeys(IN_TROUBLE, on_trouble),
}


def on_event(event: Event) -> None:
    """Subscriber: each kind has its handler."""
    HANDLERS[type(payload_of(event))](event)


def tickets_for(reader: User, ids: Collection[int]) -> dict[int, dict[str, str]]:
    """What notices say of tickets, by id: of those only that their reader may see."""
    seen = visible_tickets(reader).filter(pk__in=ids).values_list("pk", "subject", "pending_on")
    return {pk: {name: words for name, words in (("subject", subject[:120]), ("on", on)) if words} for pk, subject, on in seen}


def _message_of(event: Event) -> Message | None:
    return Message.objects.filter(pk=event.message_id).first() if event.message_id else None


def _active(pk: int | None) -> list[User]:
    return list(User.objects.filter(pk=pk, is_active=True)) if pk else []


def _holders(event: Event) -> list[User]:
    """Who has the ticket. With a closed account it is nobody's: then its team hears of it, whoever of them may see the ticket."""
    holder = _active(event.assignee_id)
    return holder or list(User.objects.filter(memberships__team=event.team_id, is_active=True)) if event.team_id else holder


def _may_see(user: User, ticket: Ticket, right: Right) -> bool:
    return visible_tickets(user, right).filter(pk=ticket.pk).exists()


def _tell(event: Event, people: Iterable[User], kind: str, *, again: bool = False, right: Right = Right.VIEW, **more: Any) -> None:
    ticket: Ticket | None = event.ticket
    if ticket is None:
        return
    link = reverse("desk:ticket", args=[ticket.number])
    doer = event.actor_id if event.actor_kind == ActorKind.OPERATOR else None
    others = [user for user in people if user.pk != doer and _may_see(user, ticket, right)]  # the subject is told to nobody else
    if not again:
        told = set(Notice.objects.filter(user__in=others, kind=kind, link=link, seen_at=None).values_list("user_id", flat=True))
        others = [user for user in others if user.pk not in told]
    if others:
        notify(others, kind, link=link, number=ticket.number, ticket=ticket.pk, **more)
