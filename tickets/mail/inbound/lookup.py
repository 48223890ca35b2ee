"""Which ticket and which message of ours a mail speaks of: by references, then by a signed address, never by the subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from helpdesk.base.text import fold
from helpdesk.base.worded import Worded
from helpdesk.studio.models import Game
from players.selectors import block_on, writes_from
from tickets.mail.addressing import first_reply_token, may_be_own, read_own_mark
from tickets.mail.inbound.judge import Known, ticket_by_token
from tickets.mail.inbound.senders import writer
from tickets.mail.models import MessageIdAlias
from tickets.mail.parse import Bounce, ParsedMail
from tickets.models import Message, Ticket

BOUNCE_AGE = timedelta(days=14)  # a report without a Message-ID is about a mail of these days, or we do not know about which
LEFT = (Message.State.SENT, Message.State.DELIVERED, Message.State.HANDED, Message.State.UNCERTAIN, Message.State.BOUNCED)
SUBJECTS = 20  # of one conversation, which its answers may repeat
_JOINED = "player", "game", "contact"
_numbered = Worded(lambda number: Ticket.objects.select_related("game").filter(number=number, player__erased_at=None))


@dataclass(frozen=True, slots=True)
class Found:
    """The ticket a mail belongs to, and how we know."""

    ticket: Ticket
    reason: str


def known_of(
    mail: ParsedMail, recipient: str = "", *, game: Game | None = None, gameless: bool = False, blocks: Mapping[int, int] | None = None
) -> tuple[Known, Found | None]:
    """What the tables know of a mail, for `judge`, and its ticket. `recipient` is the envelope's, where the source knows it; `blocks` is
    what `BLOCKS_AT` told of the writer's address, where that was asked already."""
    ours = mail.message_id if mail.message_id and may_be_own(mail.message_id) else ""
    named = messages_called([*mail.thread_ids, *([ours] if ours else [])])
    itself = named.get(ours)
    answered = [named[each] for each in mail.thread_ids if each in named]
    found = _answering(mail, answered) or _by_token(mail, recipient)
    known = Known(
        ticket=found.ticket.number if found else "",
        how=found.reason if found else "",
        subjects=_subjects(found.ticket) if found and mail.auto else (),
        own=itself is not None and itself.kind == Message.Kind.REPLY,
        strange=bool(answered) and found is None,
        gameless=gameless and found is None,
        block=block_on(writer(mail).address, game=game, asked=found.ticket.player_id if found else None, blocks=blocks),
    )
    return known, found


def _answering(mail: ParsedMail, answered: Sequence[Message]) -> Found | None:
    """By the nearest mail that it answers. A mail of ours was for its reader only; one that somebody else wrote to us many may have
    (a mailing, a copy), so that only its own writer or the ticket's player continues it."""
    for message in answered:
        if message.ticket.player.erased_at is not None:
            continue  # whoever was erased is a stranger when he writes again
        if message.kind == Message.Kind.REPLY or _is_of(mail, message):
            return Found(message.ticket, f"answers {message.message_id}")
    return None


def _is_of(mail: ParsedMail, message: Message) -> bool:
    address = writer(mail).address
    if not address:
        return False
    ticket = message.ticket
    contact = ticket.contact.address if ticket.contact else ""
    return fold(address) in {fold(message.from_address), fold(contact)} or writes_from(ticket.player_id, address)


def _by_token(mail: ParsedMail, recipient: str) -> Found | None:
    number = ticket_by_token(mail, recipient)
    ticket = _ticket(number)
    return Found(ticket, f"signed reply address of {number}") if ticket else None


def _ticket(number: str | None) -> Ticket | None:
    """None for a ticket of somebody who was erased, too: he is a stranger when he writes again."""
    return next(iter(_numbered(number)), None) if number else None


def _subjects(ticket: Ticket) -> tuple[str, ...]:
    """What an answer on this ticket may repeat in its subject."""
    told = Message.objects.filter(ticket=ticket).exclude(subject="").order_by("pk").values_list("subject", flat=True)[:SUBJECTS]
    return tuple(dict.fromkeys([ticket.subject, *told]))


def messages_called(ids: Sequence[str]) -> dict[str, Message]:
    """The messages with these Message-IDs, by their own id or by an alias; of several with one id ours, then the oldest."""
    if not ids:
        return {}
    joined = (f"ticket__{each}" for each in _JOINED)
    own = Message.objects.filter(message_id__in=ids).exclude(message_id="").select_related(*joined).order_by("-pk")
    known = {message.message_id: message for message in own}
    known |= {message.message_id: message for message in own if message.kind == Message.Kind.REPLY}
    if len(known) < len(set(ids)):
        others = [each for each in ids if each not in known]
        aliases = MessageIdAlias.objects.filter(alias__in=others).select_related(*(f"message__ticket__{each}" for each in _JOINED))
        known |= {each.alias: each.message for each in aliases}
    return known


@dataclass(frozen=True, slots=True)
class Returned:
    """Our message that came back and how we know; without a message, the ticket that the report may be about, for a person to look at."""

    ticket: Ticket
    message: Message | None = None
    how: str = ""


def bounced_message(bounce: Bounce, *, at: datetime, ticket: Ticket | None = None) -> Returned | None:
    """Which mail of ours a report speaks of: by our own signed mark in the returned head, by an id of ours, by a signed address.

    `ticket` is the one whose signed address the report itself came to. By its recipient alone nothing is proven, whoever knows a
    player's address could write such a report: then only the ticket is named.
    """
    marked = read_own_mark(bounce.own_mark)
    ids = [*([marked] if marked else []), *bounce.message_ids, *([bounce.message_id] if bounce.message_id else [])]
    named = messages_called(list(dict.fromkeys(ids)))
    for each in ids:
        message = named.get(each)
        if message is not None and message.kind == Message.Kind.REPLY:
            return Returned(message.ticket, message, "our own mark" if each == marked else "its Message-ID")
    home = _ticket(first_reply_token(bounce.addresses)) or ticket
    if home is not None:
        return Returned(home, _newest(Message.objects.filter(ticket=home), bounce, at), "a signed address of ours")
    if not bounce.address:
        return None
    theirs = Ticket.objects.filter(player__uses__address__folded=fold(bounce.address)[:320])
    guessed = _newest(Message.objects.filter(ticket__in=theirs), bounce, at)
    return Returned(guessed.ticket) if guessed else None


def _newest(messages: QuerySet[Message], bounce: Bounce, at: datetime) -> Message | None:
    sent = messages.filter(kind=Message.Kind.REPLY, state__in=LEFT, at__gte=at - BOUNCE_AGE, at__lte=at)
    sent = sent.filter(to_address__iexact=bounce.address) if bounce.address else sent
    return sent.select_related("ticket").order_by("-pk").first()
