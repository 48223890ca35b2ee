"""What the life cycle tells a player. The rule names a text, the move's event carries its key, and the notice goes out once per move.

A loop cannot come of it: the message is automatic and says so, gates hold it back from machines and above the caps, and what an automatic
message causes moves no ticket.
"""

from __future__ import annotations

import structlog

from helpdesk.base.errors import DomainError
from helpdesk.base.texts import wording
from tickets.actors import SYSTEM
from tickets.channels import channel
from tickets.events import record
from tickets.events.of_messages import MessageUnsent
from tickets.events.of_tickets import TicketMoved
from tickets.locks import lock_itself
from tickets.models import Event, Message, Ticket
from tickets.services.reply import OutgoingMessage, send_automatic

log = structlog.get_logger(__name__)

PLACES = ("player", "game", "team", "number", "subject")


def tells(event: Event) -> bool:
    """Whether the rule of a move names a notice."""
    return TicketMoved.of(event).notice is not None


def on_moved(event: Event) -> None:
    """Subscriber: the notice of a move, in the ticket's language or the game's default."""
    key = TicketMoved.of(event).notice
    if key is None:
        return
    ticket = lock_itself(Ticket(pk=event.ticket_id))
    if ticket.merged_into_id:
        return
    if channel(ticket.channel).unreachable(ticket):
        record(ticket, MessageUnsent(purpose="notice", why="unreachable"), by=SYSTEM)
        return
    game = ticket.game
    text = wording(key, scopes=[game.text_scope], languages=dict.fromkeys([ticket.language, game.default_language, "en"]))
    if text is None:
        log.warning("notice_without_words", key=key, game=game.slug, language=ticket.language)
        record(ticket, MessageUnsent(purpose="notice", why="no_text"), by=SYSTEM)
        return
    values = {"player": ticket.player.name, "game": game.name, "team": game.team_name, "number": ticket.number, "subject": ticket.subject}
    filled = text.filled(values)
    words = OutgoingMessage(filled.body, subject=filled.subject, text_version_id=filled.version_id)
    try:
        send_automatic(ticket, words, purpose=Message.Purpose.NOTICE, cause_event_id=event.pk)
    except DomainError as error:
        log.info("notice_not_sent", ticket=ticket.number, key=key, reason=str(error))
        record(ticket, MessageUnsent(purpose="notice", why="blocked" if ticket.player.is_blocked else "refused"), by=SYSTEM)
