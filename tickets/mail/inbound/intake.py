"""From a read mail to what it changes: a ticket, a message, a bounce, or nothing. One mail, one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from helpdesk.base import clock
from helpdesk.base.language import detect
from helpdesk.base.text import fold, one_line
from helpdesk.studio.models import Game
from players.selectors import BLOCKS_AT, writes_from
from tickets.events import backfilled
from tickets.mail.inbound.judge import NO_GAME, Judgement, Outcome, judge
from tickets.mail.inbound.lookup import Found, known_of
from tickets.mail.inbound.reading import take_apart
from tickets.mail.inbound.senders import Studio, game_for, player_of, writer
from tickets.mail.models import RawMail
from tickets.mail.outbound import returns
from tickets.mail.parse import AutoReply, MailAddress, ParsedMail
from tickets.models import Message
from tickets.services.attachments import NewFile
from tickets.services.open import Incoming, open_ticket, put_away, receive

FLOOD = ((timedelta(hours=1), 50), (timedelta(days=1), 200))
"""More mails than a person writes: (within, from one address). What comes above is parked, not lost."""

# Said for every mail: in plain SQL, for the ORM takes longer to word these than PostgreSQL to answer them; and on one way there and back,
# which works as long as Django binds the values itself (no `server_side_binding`).
# The lock is for two doors with the same mail at once: the second one looks for namesakes when the first has committed.
_BEFORE = f"""
SELECT pg_advisory_xact_lock(hashtextextended(%(mail_id)s, 11));
SELECT id, digest, outcome, ticket_id, message_id FROM mail_rawmail
WHERE mail_id = %(mail_id)s AND mail_id <> '' AND processed_at IS NOT NULL AND same_as_id IS NULL AND id <> %(pk)s ORDER BY id LIMIT 20;
SELECT received_at FROM mail_rawmail
WHERE from_address = %(writer)s AND from_address <> '' AND received_at > %(since)s AND processed_at IS NOT NULL AND outcome <> %(ignored)s
ORDER BY received_at DESC LIMIT %(most)s;
{BLOCKS_AT}
"""  # noqa: S608 - our own words

NOTED = ("mail_id", "from_address", "subject", "auto_reason", "answers_held", "digest", "set_aside_id")
_MARKED = ("processed_at", "claimed_until", "outcome", "reason", "ticket_id", "message_id", "same_as_id", *NOTED)
_MARK = f"""
UPDATE mail_rawmail SET {", ".join(f"{column} = %s" for column in _MARKED)}
WHERE id = %s AND processed_at IS NULL AND parked_at IS NULL
"""  # noqa: S608 - our own columns


class Unfit(Exception):
    """The mail cannot be taken in as it is; a person must look. The text says why."""


class _Lost(Exception):
    """Somebody else has taken this mail in meanwhile: our writes are taken back."""


class _Namesake(NamedTuple):
    """A mail that came before under the same Message-ID, by another door or to another address of ours.

    One with the same words is this mail again: it is linked and not shown twice. One with other words was sent by a program that
    does not number its mails: this one is taken in like any, and its reason names the other.
    """

    pk: int
    digest: str
    outcome: str
    ticket_id: int | None
    message_id: int | None


def read(raw: RawMail, content: bytes, known: Studio) -> ParsedMail:
    """What the mail says. Asks no database, so that it may be done while another mail is written."""
    return take_apart(content, known.own_addresses, known.languages, again=raw.attempts > 1, light=not raw.heavy)


def take(raw: RawMail, mail: ParsedMail, known: Studio) -> None:
    """Judge the mail, do what follows and mark the raw mail, all or nothing. Raises Unfit for what must be parked."""
    _note(raw, mail)
    with suppress(_Lost), transaction.atomic():
        namesakes, came, blocks = _before(raw)
        if double := next((each for each in namesakes if each.digest == raw.digest), None):
            raw.same_as_id, raw.ticket_id, raw.message_id = double.pk, double.ticket_id, double.message_id
            _mark(raw, Judgement(Outcome(double.outcome), f"the same mail as {double.pk}, which came before"))
            return
        judgement, found, game = judged(raw, mail, known, blocks)
        _note_machine(raw, judgement.auto)
        raw.set_aside_id = judgement.block
        if judgement.outcome == Outcome.PARK:
            raise Unfit(judgement.reason)
        if judgement.outcome in {Outcome.OPEN, Outcome.REPLY} and not (raw.history or raw.by_person):
            _demand_no_flood(raw, came)
        reason = _follow(raw, mail, judgement, found, game)
        if namesakes:
            reason = f"{reason}; other words than {namesakes[0].pk} under the same Message-ID"
        _mark(raw, replace(judgement, reason=reason))


def judged(
    raw: RawMail, mail: ParsedMail, known: Studio, blocks: Mapping[int, int] | None = None
) -> tuple[Judgement, Found | None, Game | None]:
    """What is to become of the mail, with the ticket that it continues and the game that it is for. Nothing is written."""
    game = game_for(mail, raw, known)
    blocks = {} if raw.history else blocks  # that was written long before anybody was blocked
    facts, found = known_of(mail, raw.recipient, game=game, gameless=game is None, blocks=blocks)
    return judge(mail, facts, by_person=raw.by_person), found, game


def _follow(raw: RawMail, mail: ParsedMail, judgement: Judgement, found: Found | None, game: Game | None) -> str:
    """Do what was judged; returns the reason, with what came of it where that says more."""
    if judgement.outcome == Outcome.BOUNCE and mail.bounce is not None:
        return _returned(raw, mail, judgement, found)
    if judgement.outcome == Outcome.IGNORE:
        raw.ticket = found.ticket if found else None
        return judgement.reason
    with backfilled() if raw.history else nullcontext():
        raw.message = _reply(raw, mail, found, judgement) if found else _open(raw, mail, game)
        raw.ticket = raw.message.ticket
        if raw.history and not found:
            put_away(raw.ticket)
    return judgement.reason


def _returned(raw: RawMail, mail: ParsedMail, judgement: Judgement, found: Found | None) -> str:
    """A report about a mail of ours. One that proves nothing marks nothing: it names the ticket that a person may look at."""
    assert mail.bounce
    if raw.history:
        return judgement.reason
    returned = returns.came_back(mail.bounce, at=raw.received_at, ticket=found.ticket if found else None)
    if returned is None:
        return f"{judgement.reason}; about no mail of ours that we know"
    raw.ticket, raw.message = returned.ticket, returned.message
    return f"{judgement.reason}; known by {returned.how}" if returned.message else f"{judgement.reason}; nothing proves which mail it was"


def _reply(raw: RawMail, mail: ParsedMail, found: Found, judgement: Judgement) -> Message:
    ticket, sender = found.ticket, writer(mail)
    language = detect(mail.text, ticket.game.languages)
    stranger = not writes_from(ticket.player_id, sender.address)
    away = judgement.auto is not None and judgement.auto.away and not raw.by_person
    return receive(ticket, replace(_incoming(raw, mail, sender, language, stranger=stranger), automatic=away))


def _open(raw: RawMail, mail: ParsedMail, game: Game | None) -> Message:
    if game is None:
        raise Unfit(NO_GAME)
    sender, language = writer(mail), _language(mail, game)
    player, contact = player_of(sender, game, language)
    incoming = _incoming(raw, mail, sender, language or game.language_for(player.language))
    return open_ticket(incoming, game=game, player=player, contact=contact)


def _language(mail: ParsedMail, game: Game) -> str:
    return detect(f"{mail.subject}\n{mail.text}", game.languages)


def _incoming(raw: RawMail, mail: ParsedMail, sender: MailAddress, language: str, *, stranger: bool = False) -> Incoming:
    """Where answers stand between quoted lines, the folded part shows the whole in its order."""
    return Incoming(
        text=mail.text,
        channel="mail",
        at=min(mail.date, raw.received_at) if raw.history and mail.date else raw.received_at,
        history=raw.history,
        subject=mail.subject,
        quoted=mail.full_text if mail.interleaved else mail.quoted_and_signature,
        html=mail.html or "",
        html_version=mail.html_version,
        remote_images=mail.remote_images,
        language=language,
        from_address=sender.address,
        from_stranger=stranger,
        to_address=raw.recipient or raw.mailbox or next((each.address for each in mail.to), ""),
        message_id=mail.message_id or "",
        in_reply_to=next(iter(mail.in_reply_to), ""),
        raw=raw.blob,
        files=tuple(NewFile(each.name, each.content, each.inline, each.content_id or "", each.drawn) for each in mail.attachments),
        shortened=mail.shortened,
    )


def _note(raw: RawMail, mail: ParsedMail) -> None:
    """What the pages list of a raw mail, whatever becomes of it; written with the mark, or when it is parked."""
    raw.mail_id = mail.message_id or _id_without(mail, raw)
    raw.from_address = fold(writer(mail).address)[:320]
    raw.subject = one_line(mail.subject, 300)
    raw.digest = _digest(raw.from_address, mail.subject, " ".join(mail.full_text.split()), *(each.name for each in mail.attachments))
    _note_machine(raw, mail.auto)


def _note_machine(raw: RawMail, auto: AutoReply | None) -> None:
    raw.auto_reason = one_line(auto.reason if auto else "", 200)
    raw.answers_held = bool(auto and auto.holds and not raw.by_person)


def _id_without(mail: ParsedMail, raw: RawMail) -> str:
    """A name for a mail that has no Message-ID, so that it is known again when its door brings it under another number.

    Its sender, words and date; where it has none, the moment at which the mail server took it in.
    """
    when = mail.date or raw.received_at
    return "no id: " + _digest(writer(mail).address, mail.subject, mail.full_text, *(each.name for each in mail.attachments), str(when))


def _digest(*told: str) -> str:
    return hashlib.sha256("\0".join(told).encode("utf-8", "replace")).hexdigest()


def _before(raw: RawMail) -> tuple[list[_Namesake], list[datetime], dict[int, int]]:
    """The namesakes of a mail, oldest first, when its writer wrote, newest first, and who is blocked at that address. What a person has
    judged has none of the first."""
    now, writer = clock.now(), raw.from_address
    facts: dict[str, Any] = {"mail_id": raw.mail_id, "pk": raw.pk, "writer": writer, "ignored": Outcome.IGNORE, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, facts | {"address": writer, "since": now - FLOOD[-1][0], "most": FLOOD[-1][1] + 1})
        cursor.nextset()
        namesakes = [_Namesake(*row) for row in cursor.fetchall()]
        cursor.nextset()
        came = [moment for (moment,) in cursor.fetchall()]
        cursor.nextset()
        blocks: dict[int, int] = dict(cursor.fetchall())
    return [] if raw.by_person else namesakes, came, blocks


def _demand_no_flood(raw: RawMail, came: Sequence[datetime]) -> None:
    now = clock.now()
    for within, most in FLOOD:
        if len(came) > most and came[most] > now - within:
            raise Unfit(f"more than {most} mails from {raw.from_address} within {within}")


def _mark(raw: RawMail, judgement: Judgement) -> None:
    raw.processed_at, raw.claimed_until = clock.now(), None
    raw.outcome, raw.reason = judgement.outcome, one_line(judgement.reason, 500)
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [*(getattr(raw, column) for column in _MARKED), raw.pk])
        if not cursor.rowcount:
            raise _Lost
