"""Changing what a ticket says of itself."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.base.bounds import demand_promise
from helpdesk.base.errors import Conflict, DomainError, NotAllowed
from helpdesk.base.text import one_line
from helpdesk.studio.models import Tag, Topic
from players.models import Player
from players.selectors import main_address
from players.services import add_address
from tickets.actors import Actor
from tickets.events import change, record
from tickets.events.of_messages import MessageCounted, MessageRecognised
from tickets.events.of_tickets import TicketLanguageSet, TicketPlayerSet, TicketPrioritySet, TicketRenamed, TicketTagged, TicketTopicSet
from tickets.lifecycle import triggers, waiting
from tickets.lifecycle.machine import move
from tickets.lifecycle.pending import PendingInfo
from tickets.lifecycle.reasons import whole
from tickets.locks import lock
from tickets.models import Message, Priority, Status, Ticket
from tickets.services.cards import capture_card
from tickets.services.unseen import Unseen


@transaction.atomic
def set_status(
    ticket: Ticket, to: Status, *, by: Actor, pending: PendingInfo | None = None, no_reply_needed_upto: int | None = None
) -> Ticket:
    """Move the ticket by hand. NotAllowed when the table of moves forbids it. `pending`: what is said of a hold, whichever it is.

    `no_reply_needed_upto`: the player's messages up to this one need no reply, so nobody waits for one; setting `waiting` takes that back.
    `Unseen` when the player wrote something after it, which the person who says so has not seen.
    """
    if pending is not None:
        demand_promise(pending.until, field="pending_until")
    ticket = lock(ticket)
    pending = whole(ticket, to, pending)
    if to == Status.WAITING:
        waiting.mark_reply_needed(ticket, by=by)
    move(ticket, to, by=by, pending=pending)
    if no_reply_needed_upto:
        waiting.mark_no_reply_needed(ticket, upto=no_reply_needed_upto, by=by)
        if ticket.waiting_since:
            asked = Message.objects.filter(ticket=ticket, kind=Message.Kind.INBOUND, automatic=False, no_reply_needed_at=None)
            news = list(asked.filter(at__gte=ticket.waiting_since).order_by("pk"))
            raise Unseen(ticket, news, _("The player has written meanwhile. Read that first."))
    return ticket


@transaction.atomic
def rename(ticket: Ticket, subject: str, *, by: Actor) -> Ticket:
    """Another subject, for us; the mails of the conversation keep theirs, so that it stays one thread in the player's mailbox."""
    ticket = lock(ticket)
    subject = one_line(subject, 300)
    if not subject:
        raise DomainError(_("A ticket needs a subject."), field="subject")
    if subject != ticket.subject:
        ticket.subject = subject
        change(ticket, TicketRenamed(), fields=["subject"], by=by)
    return ticket


@transaction.atomic
def set_topic(ticket: Ticket, topic: Topic | None, *, by: Actor, by_machine: bool = False) -> Ticket:
    """What it is about; said by a person, or guessed by a machine until a person agrees."""
    ticket = lock(ticket)
    if (ticket.topic_id, ticket.topic_by_machine) != (topic.pk if topic else None, by_machine):
        before = ticket.topic_id
        ticket.topic, ticket.topic_by_machine = topic, by_machine
        said = TicketTopicSet(topic=ticket.topic_id, before=before, by_machine=by_machine)
        change(ticket, said, fields=["topic", "topic_by_machine"], by=by)
    return ticket


@transaction.atomic
def set_priority(ticket: Ticket, to: Priority, *, by: Actor) -> Ticket:
    """How much it matters beside others."""
    ticket = lock(ticket)
    if to != ticket.priority:
        before, ticket.priority = Priority(ticket.priority), to
        change(ticket, TicketPrioritySet(priority=to.word, before=before.word), fields=["priority"], by=by)
    return ticket


@transaction.atomic
def set_language(ticket: Ticket, language: str, *, by: Actor) -> Ticket:
    """The language in which we write to this player in this matter."""
    ticket = lock(ticket)
    if language not in ticket.game.languages:
        raise DomainError(_("This game is not supported in that language."), field="language")
    if language != ticket.language:
        before, ticket.language = ticket.language, language
        change(ticket, TicketLanguageSet(before=before), fields=["language"], by=by)
    return ticket


@transaction.atomic
def set_tags(ticket: Ticket, tags: Iterable[Tag], *, by: Actor) -> Ticket:
    """Exactly these tags."""
    ticket = lock(ticket)
    before, after = set(ticket.tags.values_list("pk", flat=True)), {tag.pk for tag in tags}
    if before != after:
        ticket.tags.set(after)
        record(ticket, TicketTagged(added=tuple(sorted(after - before)), removed=tuple(sorted(before - after))), by=by)
    return ticket


@transaction.atomic
def set_player(ticket: Ticket, player: Player, *, by: Actor) -> Ticket:
    """It was somebody else who wrote (a shared address, a second account). The ticket's address is one of his from now on."""
    ticket = lock(ticket)
    if player.pk != ticket.player_id:
        before, ticket.player = ticket.player_id, player
        if ticket.contact is None:
            ticket.contact = main_address(player)
        else:
            add_address(player, ticket.contact.address)
        change(ticket, TicketPlayerSet(player=player.pk, before=before), fields=["player", "contact"], by=by)
        capture_card(ticket, by=by)
    return ticket


@transaction.atomic
def recognise(message: Message, *, by: Actor, answer_there: bool = False) -> Ticket:
    """The address that this message came from is the player's too; with `answer_there` our answers go to it from now on."""
    ticket = lock(message.ticket)
    strange = Message.objects.filter(ticket=ticket, from_stranger=True, from_address__iexact=message.from_address)
    if not strange.update(from_stranger=False):
        raise Conflict(_("This address is known as the player's already."))
    address = add_address(ticket.player, message.from_address)
    if answer_there:
        ticket.contact = address
    said = MessageRecognised(address=address.pk, answer_there=answer_there)
    change(ticket, said, fields=["contact"] if answer_there else [], by=by, message=message)
    return ticket


@transaction.atomic
def count_as_written(message: Message, *, by: Actor) -> Ticket:
    """A message that was taken for a machine's is the player's own: he waits for an answer, and the ticket comes back for it."""
    ticket = lock(message.ticket)
    if ticket.status == Status.CLOSED:
        raise NotAllowed(_("This ticket is closed. Under Settings → Mails its mail can open a follow-up."))
    if not Message.objects.filter(pk=message.pk, automatic=True).update(automatic=False):
        raise Conflict(_("This message counts as the player's already."))
    message.automatic = False
    record(ticket, MessageCounted(), by=by, message=message)
    waiting.refresh(ticket)
    if ticket.waiting_since is not None:
        triggers.player_wrote(ticket, message, by=by)
    return ticket
