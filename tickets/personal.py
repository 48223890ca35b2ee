"""A player's words and files in tickets, given out or emptied. Events hold none of it and stay, and so do the tickets as numbers.

With him go: what he wrote, what we wrote to him and noted about him (both speak of him), the files of either, what stood in drafts and
what errors quote. His tickets are closed. What he wrote from an address of his own into somebody else's ticket is emptied there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import F, Func, Max, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.services import forget_remarks
from helpdesk.base import clock, personal
from helpdesk.base.models import Blob
from helpdesk.base.text import one_line
from players.models import Player
from players.selectors import addresses_of_him_alone
from tickets.actors import SYSTEM
from tickets.events import record, record_about, subject_of
from tickets.events.of_messages import MessageErased, MessageFailed, MessageWithdrawn, purpose_of
from tickets.events.of_tickets import PlayerErased, TicketErased
from tickets.lifecycle import waiting
from tickets.lifecycle.machine import close_for_good
from tickets.locks import lock_many, lock_message
from tickets.models import Attachment, Delivery, Draft, Event, Hold, Message, Pledge, Ticket, Timer
from tickets.services.drafts import drop_starts_to

State = Message.State
_ON_ITS_WAY = [State.SENDING, State.HANDED]
_NOT_GONE = [State.HELD, State.QUEUED, State.STALE]


def export(player_id: int) -> Iterator[dict[str, Any]]:
    """His tickets with what he wrote, what we wrote to him, and the names of the files; not our notes, nor what strangers wrote there."""
    for ticket in Ticket.objects.filter(player=player_id).select_related("game").order_by("pk").iterator():
        yield {
            "ticket": ticket.number,
            "game": ticket.game.slug,
            "subject": ticket.subject,
            "status": ticket.status,
            "opened": ticket.created_at.isoformat(),
            "told": ticket.pending_told,
        }
        for message in _to_be_given(ticket.messages.all()).order_by("pk").iterator():
            yield _given(message, ticket.number)
    for message in _elsewhere(player_id).select_related("ticket").order_by("pk"):
        yield _given(message, message.ticket.number)
    for file in _files(player_id).select_related("ticket", "blob").order_by("pk").iterator():
        sha256 = file.blob.sha256 if file.blob else None
        yield {"ticket": file.ticket.number if file.ticket else None, "file": file.name, "type": file.media_type, "sha256": sha256}


def _given(message: Message, number: str) -> dict[str, Any]:
    return {
        "ticket": number,
        "from": message.from_address or message.author_name,
        "to": message.to_address,
        "at": message.at.isoformat(),
        "subject": message.subject,
        "text": message.text,
        "quoted": message.quoted,
    }


def files(player_id: int) -> Iterator[tuple[str, Blob]]:
    """The files themselves, those at our notes left out."""
    for file in _files(player_id).filter(blob__isnull=False).select_related("blob").order_by("pk").iterator():
        assert file.blob
        yield file.name, file.blob


def amounts(player_id: int) -> list[tuple[Any, int]]:
    """What there is."""
    return [
        (_("Tickets"), Ticket.objects.filter(player=player_id).count()),
        (_("Messages and notes"), _messages(player_id).count()),
        (_("Messages in other players' tickets"), _elsewhere(player_id).count()),
        (_("Files"), Attachment.objects.filter(ticket__player=player_id, blob__isnull=False).count()),
    ]


def erase(player_id: int) -> Iterator[int]:
    """A ticket is a step, and a message in somebody else's ticket. NotYet while one of the messages is being sent."""
    yield drop_starts_to(player_id)
    for pk in list(Ticket.objects.filter(player=player_id).order_by("pk").values_list("pk", flat=True)):
        yield _empty_ticket(pk, player_id)
    for rows in (_elsewhere(player_id), _sent_to_him(player_id)):
        for pk in list(rows.order_by("pk").values_list("pk", flat=True)):
            yield _empty_elsewhere(pk)
    _tell_of(player_id)
    yield 0


@transaction.atomic
def _tell_of(player_id: int) -> None:
    """Once, though the rooms erase twice."""
    player = Player(pk=player_id)
    if not Event.objects.filter(subject=subject_of(player), kind=PlayerErased.kind).exists():
        record_about(player, PlayerErased(), by=SYSTEM)


@transaction.atomic
def _empty_ticket(pk: int, player_id: int) -> int:
    messages = Message.objects.filter(Q(ticket=pk) | Q(received_in=pk))
    rows = {row.pk: row for row in lock_many({pk, *messages.values_list("ticket_id", flat=True)})}
    ticket = rows.get(pk)
    if ticket is None or ticket.player_id != player_id:
        return 0
    emptied = _empty_messages(messages, rows) + _empty_files(Attachment.objects.filter(Q(ticket=pk) | Q(message__in=messages)))
    emptied += Draft.objects.filter(ticket=pk).delete()[0]
    emptied += personal.empty(Delivery.objects.filter(ticket_id=pk)) + personal.empty(Pledge.objects.filter(ticket=pk))
    emptied += forget_remarks("tickets.ticket", [pk])
    waiting.mark_no_reply_needed(ticket, upto=messages.aggregate(last=Max("pk"))["last"] or 0, by=SYSTEM)  # nobody waits any more
    for row in rows.values():
        waiting.refresh(row)
    close_for_good(ticket, by=SYSTEM)
    Timer.objects.filter(ticket=pk).delete()
    emptied += personal.empty(Ticket.objects.filter(pk=pk))
    if not Event.objects.filter(ticket=pk, kind=TicketErased.kind).exists():
        record(ticket, TicketErased(), by=SYSTEM)
    return emptied


@transaction.atomic
def _empty_elsewhere(pk: int) -> int:
    """The ticket is another player's and stays his; its preview is told anew from what is left in it."""
    message = lock_message(pk)
    if message is None:
        return 0
    here = Message.objects.filter(pk=pk)
    emptied = _empty_messages(here, {message.ticket_id: message.ticket}) + _empty_files(Attachment.objects.filter(message=pk))
    ticket = message.ticket
    if message.kind == Message.Kind.INBOUND and ticket.preview == one_line(message.text):
        left = Message.objects.filter(ticket=ticket, kind=Message.Kind.INBOUND).exclude(text="").order_by("-pk")
        ticket.preview = one_line(left.values_list("text", flat=True).first() or "")
        ticket.save(update_fields=["preview"])
    waiting.refresh(ticket)
    if emptied:
        record(ticket, MessageErased(), by=SYSTEM, message=message)
    return emptied


def _empty_messages(messages: QuerySet[Message], tickets: dict[int, Ticket]) -> int:
    """What has not left is called back; what nobody knew the fate of needs no decision any more. Their tickets are locked."""
    if messages.filter(state__in=_ON_ITS_WAY).exists():
        raise personal.NotYet
    now = clock.now()
    for message in messages.filter(state__in=[*_NOT_GONE, State.UNCERTAIN]).defer("text", "quoted", "html"):
        doubtful = message.state == State.UNCERTAIN
        said = MessageFailed(purpose=purpose_of(message)) if doubtful else MessageWithdrawn()
        record(tickets[message.ticket_id], said, by=SYSTEM, message=message)
    messages.filter(state__in=_NOT_GONE).update(state=State.WITHDRAWN, state_at=now)
    messages.filter(state=State.UNCERTAIN).update(state=State.FAILED, state_at=now)
    holds = Hold.objects.filter(message__in=messages)
    holds.filter(ended_at=None).update(ended_at=now, outcome=Hold.Outcome.WITHDRAWN)
    first_line = Func(F("reason"), Value("\n"), Value(1), function="split_part", output_field=TextField())
    inbound = Message.Kind.INBOUND
    return (
        personal.empty(messages.filter(kind=inbound))
        + personal.empty(messages.exclude(kind=inbound), author_name=F("author_name"))  # ours
        + personal.empty(holds, reason=first_line)
    )


def _empty_files(rows: QuerySet[Attachment]) -> int:
    return personal.empty(rows, name=personal.ERASED, refused=personal.ERASED)


def _messages(player_id: int) -> QuerySet[Message]:
    return Message.objects.filter(Q(ticket__player=player_id) | Q(received_in__player=player_id))


def _elsewhere(player_id: int) -> QuerySet[Message]:
    """What he wrote into other players' tickets, where he was a stranger, from the addresses that are his alone."""
    mine = addresses_of_him_alone(player_id)
    others = Message.objects.exclude(ticket__player=player_id).exclude(received_in__player=player_id)
    if not mine:
        return others.none()
    return others.filter(from_stranger=True).annotate(sender=Lower("from_address")).filter(sender__in=mine)


def _sent_to_him(player_id: int) -> QuerySet[Message]:
    """What left to an address of his alone from somebody else's ticket: it should not be, and nothing but a look at all messages tells."""
    others = Message.objects.filter(kind=Message.Kind.REPLY).exclude(ticket__player=player_id).exclude(received_in__player=player_id)
    return others.annotate(recipient=Lower("to_address")).filter(recipient__in=addresses_of_him_alone(player_id))


def _files(player_id: int) -> QuerySet[Attachment]:
    """Of his messages and of ours to him, wherever they are shown."""
    messages = Message.objects.filter(Q(pk__in=_messages(player_id).values("pk")) | Q(pk__in=_elsewhere(player_id).values("pk")))
    return Attachment.objects.filter(message__in=_to_be_given(messages, player_id))


def _to_be_given(messages: QuerySet[Message], player_id: int | None = None) -> QuerySet[Message]:
    """Without our notes, and without what strangers wrote into his tickets: that is theirs. In others' tickets the stranger is he."""
    his = Q(from_stranger=False) if player_id is None else Q(from_stranger=False) | ~Q(ticket__player=player_id)
    return messages.filter(his).exclude(kind=Message.Kind.NOTE)
