"""Asking: a timer begins when a ticket is resolved and ends when it comes back; when it is due, one survey of that resolution goes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.db.models import Max
from django.utils.translation import gettext as _

from helpdesk.base import clock
from helpdesk.base.errors import DomainError
from helpdesk.base.texts import Wording, wording
from helpdesk.studio.capabilities import mode
from helpdesk.studio.models import Game, Mode
from tickets import timers
from tickets.actors import SYSTEM, ActorKind
from tickets.channels import channel
from tickets.events import deliver, record
from tickets.events.of_messages import MessageUnsent
from tickets.events.of_tickets import TicketMoved
from tickets.locks import lock_itself
from tickets.models import Event, Message, Status, Ticket, Timer
from tickets.models.message import ANSWERED_STATES
from tickets.services.reply import OutgoingMessage, send_automatic
from tickets.surveys.kinds import SurveySent
from tickets.surveys.models import Refusal, Survey
from tickets.timers import Due

log = structlog.get_logger(__name__)

CAPABILITY = "surveys"
KIND = "surveys.invite"
SUBSCRIBER = "surveys.invite"
TEXT_KEY = "survey.invite"
OPEN_FOR = timedelta(days=30)  # an unanswered link


def asks(game: Game) -> bool:
    """Whether this game's players are asked; one query."""
    return mode(CAPABILITY, game) == Mode.ON


def matters(event: Event) -> bool:
    """Whether a move begins a wait for a survey or ends one."""
    return event.status not in {event.status_before, Status.CLOSED} and Status.RESOLVED in {event.status, event.status_before}


def on_moved(event: Event) -> None:
    """Subscriber: resolved begins the wait, coming back ends it, closing changes nothing."""
    ticket = lock_itself(Ticket(pk=event.ticket_id))
    if event.status != Status.RESOLVED:
        timers.disarm([ticket], KIND)
    elif ticket.status in {Status.RESOLVED, Status.CLOSED} and ticket.merged_into_id is None and asks(ticket.game):
        timers.arm(ticket, KIND, event.at + timedelta(hours=ticket.game.survey_delay_hours), anchor_event_id=event.pk)


def foretold(_timer: Timer) -> tuple[str, str]:
    """What happens next, for the ticket's page."""
    return "star", _("The player is asked for a rating, unless it comes back before,")


def fire(due: Sequence[Due]) -> None:
    """Timer kind: the wait is over. Timers fire by the hundred in one transaction, and an invitation costs many statements: so only a
    delivery of the resolution is written here, and each survey is sent in a short transaction of its own."""
    deliver(SUBSCRIBER, Event.objects.filter(pk__in=[timer.anchor_event_id for _ticket, timer in due if timer.anchor_event_id]))


def on_due(resolution: Event) -> None:
    """Subscriber, heard by `fire` alone: send the survey if this resolution is still the last word of its ticket."""
    if Survey.objects.filter(resolution_event_id=resolution.pk).exists():
        return
    ticket = lock_itself(Ticket(pk=resolution.ticket_id))
    if ticket.status not in {Status.RESOLVED, Status.CLOSED} or ticket.merged_into_id is not None or not asks(ticket.game):
        return
    resolved = Event.objects.filter(ticket=ticket, kind=TicketMoved.kind, status=Status.RESOLVED).exclude(status_before=Status.RESOLVED)
    last = resolved.aggregate(last=Max("pk"))["last"]
    if last == resolution.pk and not Refusal.objects.filter(player=ticket.player_id).exists():
        _invite(ticket, resolution, _words_of(ticket))


def rated_reply(ticket: Ticket, resolution: Event) -> Message | None:
    """What a rating is about: the last answer of a person that had left before the resolution, and that has not come back."""
    answers = Message.objects.filter(
        ticket=ticket,
        kind=Message.Kind.REPLY,
        purpose=Message.Purpose.ANSWER,
        author_kind=ActorKind.OPERATOR,
        state__in=ANSWERED_STATES,
        sent_at__lte=resolution.at,
    )
    return answers.order_by("-sent_at", "-pk").first()


def _words_of(ticket: Ticket) -> Wording | None:
    languages = dict.fromkeys([ticket.language, ticket.game.default_language, "en"])
    return wording(TEXT_KEY, scopes=[ticket.game.text_scope], languages=languages)


def _invite(ticket: Ticket, resolution: Event, text: Wording | None) -> None:
    """One survey. Nobody is asked who got no answer of a person, or who does not get what we send."""
    reply = rated_reply(ticket, resolution)
    game = ticket.game
    if reply is None:
        return
    if text is None or channel(ticket.channel).unreachable(ticket):
        record(ticket, MessageUnsent(purpose="survey", why="unreachable" if text else "no_text"), by=SYSTEM)
        return
    filled = text.filled({"player": ticket.player.name, "game": game.name, "team": game.team_name, "number": ticket.number})
    words = OutgoingMessage(filled.body, subject=filled.subject, text_version_id=filled.version_id)
    try:
        invitation = send_automatic(ticket, words, purpose=Message.Purpose.SURVEY, cause_event_id=resolution.pk)
    except DomainError as error:
        log.info("survey_not_sent", ticket=ticket.number, reason=str(error))
        record(ticket, MessageUnsent(purpose="survey", why="blocked" if ticket.player.is_blocked else "refused"), by=SYSTEM)
        return
    if invitation is None:
        return
    survey = Survey.objects.create(
        ticket=ticket,
        resolution_event_id=resolution.pk,
        resolved_at=resolution.at,
        language=filled.language,
        invitation=invitation,
        reply=reply,
        reply_author_id=reply.author_id,
        reply_approver_id=reply.approver_id,
        expires_at=clock.now() + OPEN_FOR,
    )
    sent = SurveySent(survey=survey.pk, resolution=resolution.pk, reply=reply.pk, author=reply.author_id, approver=reply.approver_id)
    record(ticket, sent, by=SYSTEM, message=invitation)
