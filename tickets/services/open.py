"""Messages coming in: a new ticket, a message to one that is there, or a follow-up of one that is closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from django.db import connection, transaction
from django.db.models import Case, When

from helpdesk.base import clock
from helpdesk.base.models import Blob
from helpdesk.base.rows import as_json, columns, insert, made
from helpdesk.base.text import clean, one_line
from helpdesk.studio.models import Game
from players.models import Address, Player
from players.traits import traits_of
from tickets.actors import SYSTEM, Actor, ActorKind
from tickets.actors import player as player_actor
from tickets.events import NewEvent, change, record, record_many
from tickets.events.of_messages import MessageReceived
from tickets.events.of_tickets import TicketFollowed, TicketOpened
from tickets.lifecycle import triggers, waiting
from tickets.lifecycle.machine import await_silence, move
from tickets.locks import lock, lock_itself, mark_locked
from tickets.models import Message, Status, Ticket
from tickets.services.attachments import NewFile, keep_files
from tickets.services.numbers import new_number

TEXT_LIMIT = 200_000  # characters of a message's text that the desk shows; the raw mail keeps all
HTML_LIMIT = 4 * TEXT_LIMIT


@dataclass(frozen=True, slots=True)
class Incoming:
    """A player's message from any channel. `automatic`: a machine wrote it, nobody waits for an answer.

    `history`: it came long ago and is entered only now; it asks for nothing and opens no follow-up.
    """

    text: str
    channel: str
    at: datetime = field(default_factory=clock.now)
    subject: str = ""
    quoted: str = ""
    html: str = ""
    html_version: int = 0
    remote_images: bool = False
    language: str = ""
    from_address: str = ""
    from_stranger: bool = False
    to_address: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    automatic: bool = False
    history: bool = False
    raw: Blob | None = None
    files: tuple[NewFile, ...] = ()
    shortened: bool = False  # the raw mail holds more than the desk shows


@transaction.atomic(savepoint=False)
def open_ticket(incoming: Incoming, *, game: Game, player: Player, contact: Address | None, follows: Ticket | None = None) -> Message:
    """A new ticket with its first message; the ticket is the message's `ticket`."""
    by = player_actor(player)
    ticket = _new(game=game, player=player, contact=contact, channel=incoming.channel, subject=incoming.subject, text=incoming.text,
                  language=incoming.language or game.language_for(player.language), at=incoming.at, follows=follows,
                  asked_at=None if incoming.automatic or incoming.history else incoming.at)  # fmt: skip
    message = _message(ticket, incoming)
    _insert(ticket, message)
    _keep_files(message, incoming)
    opened = TicketOpened(started_by="player", follows=follows.pk if follows else None, **traits_of(player, game))
    record_many([NewEvent(ticket, said, by, message, at=incoming.at) for said in (opened, _received(incoming))])
    if follows:
        record(lock_itself(follows), TicketFollowed(follow_up=ticket.pk), by=by)
    return message


@transaction.atomic(savepoint=False)
def receive(ticket: Ticket, incoming: Incoming) -> Message:
    """A further message of the player. To a closed ticket it opens a linked follow-up; the message's `ticket` tells where it went.

    A machine's message (a vacation note, a receipt) opens nothing: it stays with the closed ticket.
    """
    ticket = lock(ticket)
    while ticket.status == Status.CLOSED and not (incoming.automatic or incoming.history):
        follow_up = ticket.follow_ups.order_by(Case(When(status=Status.CLOSED, then=1), default=0), "-pk").first()
        if follow_up is None:
            return open_ticket(incoming, game=ticket.game, player=ticket.player, contact=ticket.contact, follows=ticket)
        ticket = lock(follow_up)
    by, message = player_actor(ticket.player), _message(ticket, incoming)
    insert(message)
    _keep_files(message, incoming)
    if incoming.history:
        record(ticket, _received(incoming), by=by, message=message, at=incoming.at)
        waiting.refresh(ticket)
        return message
    ticket.preview = one_line(incoming.text) or ticket.preview
    changed = ["preview", *waiting.asked(ticket, message)]
    change(ticket, _received(incoming), by=by, fields=changed, message=message, at=incoming.at)
    if not incoming.automatic:
        triggers.player_wrote(ticket, message, by=by)
    return message


@transaction.atomic(savepoint=False)
def put_away(ticket: Ticket) -> None:
    """A ticket of the past, opened only now: nobody waits for anything there, and what the player writes next opens a follow-up."""
    ticket = lock(ticket)
    waiting.refresh(ticket)
    move(ticket, Status.RESOLVED, by=SYSTEM)
    move(ticket, Status.CLOSED, by=SYSTEM)


@transaction.atomic(savepoint=False)
def start_ticket(*, game: Game, player: Player, contact: Address | None, channel: str, subject: str, language: str, by: Actor) -> Ticket:
    """A conversation that we begin. It waits for nobody until its first message has left; its lock is held on return."""
    ticket = _new(game=game, player=player, contact=contact, channel=channel, subject=subject, text="", language=language, at=clock.now(),
                  follows=None, asked_at=None, started_by="operator")  # fmt: skip
    _insert(ticket, None)
    record(ticket, TicketOpened(started_by="operator", **traits_of(player, game)), by=by)
    return ticket


def _new(
    *,
    game: Game,
    player: Player,
    contact: Address | None,
    channel: str,
    subject: str,
    text: str,
    language: str,
    at: datetime,
    follows: Ticket | None,
    asked_at: datetime | None,
    started_by: str = "player",
) -> Ticket:
    return Ticket(
        game=game,
        player=player,
        contact=contact,
        channel=channel,
        started_by=started_by,
        subject=one_line(subject, 300) or one_line(text, 80),
        preview=one_line(text),
        language=language,
        status=Status.NEW,
        status_since=at,
        created_at=at,
        changed_at=at,
        follows=follows,
        **waiting.from_the_start(asked_at),
    )


def _insert(ticket: Ticket, message: Message | None) -> None:
    """Both, on one way to the database and back. The ticket gets its number, another one where that is taken."""
    first = [message] if message else []
    for _attempt in range(5):
        ticket.number = new_number()
        with connection.cursor() as cursor:
            cursor.execute(_insertion(), [as_json([ticket]), as_json(first)])
            found = cursor.fetchone()
        if found:
            made(ticket, found[0])
            for each in first:
                made(each, found[1])
                each.ticket = each.received_in = ticket
            mark_locked(ticket)
            await_silence([ticket], fresh=True)
            return
    raise RuntimeError("Five random ticket numbers in a row were taken.")


@cache
def _insertion() -> str:
    facts, words = columns(Ticket), columns(Message, without=("ticket_id", "received_in_id"))
    return f"""
WITH made AS (
    INSERT INTO tickets_ticket ({facts}) SELECT {facts} FROM json_populate_recordset(NULL::tickets_ticket, %s)
    ON CONFLICT (number) DO NOTHING RETURNING id
), said AS (
    INSERT INTO tickets_message (ticket_id, received_in_id, {words})
    SELECT made.id, made.id, {words} FROM made, json_populate_recordset(NULL::tickets_message, %s) RETURNING id
)
SELECT made.id, said.id FROM made LEFT JOIN said ON true
"""  # noqa: S608 - our own columns


def _received(incoming: Incoming) -> MessageReceived:
    return MessageReceived(automatic=incoming.automatic, asks=not (incoming.automatic or incoming.history))


def _message(ticket: Ticket, incoming: Incoming) -> Message:
    return Message(
        ticket=ticket,
        received_in=ticket,
        kind=Message.Kind.INBOUND,
        state=Message.State.RECEIVED,
        state_at=incoming.at,
        at=incoming.at,
        channel=incoming.channel,
        automatic=incoming.automatic,
        author_kind=ActorKind.PLAYER,
        author_id=ticket.player_id,
        author_name=one_line(ticket.player.name, 120),
        language=incoming.language,
        subject=one_line(incoming.subject, 300),
        text=clean(incoming.text)[:TEXT_LIMIT],
        quoted=clean(incoming.quoted)[:TEXT_LIMIT],
        html=clean(incoming.html)[:HTML_LIMIT],
        html_version=incoming.html_version,
        remote_images=incoming.remote_images,
        from_address=one_line(incoming.from_address, 320),
        from_stranger=incoming.from_stranger,
        to_address=one_line(incoming.to_address, 320),
        message_id=one_line(incoming.message_id, 998),
        in_reply_to=one_line(incoming.in_reply_to, 998),
        raw=incoming.raw,
        shortened=incoming.shortened or max(len(incoming.text), len(incoming.quoted)) > TEXT_LIMIT or len(incoming.html) > HTML_LIMIT,
        no_reply_needed_at=incoming.at if incoming.history else None,
    )


def _keep_files(message: Message, incoming: Incoming) -> None:
    if incoming.files:
        keep_files(message.ticket, list(incoming.files), message=message)
