"""The doors' common end: a raw mail is stored first and answered at once; it is understood afterwards, as often as that needs.

Store: the bytes become a blob, the door's key a row, the mail a row; then the door may say yes. Process: claim, commit, read, and write
everything that follows in one transaction together with the mark on the raw mail. What fails is tried again with growing pauses, then
parked, where a person sees it and can retry it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import islice
from math import inf
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from helpdesk.base import blobs, clock
from helpdesk.base.claims import claim
from helpdesk.base.crash import crash_point
from helpdesk.base.errors import Conflict
from helpdesk.base.queue import gathering, nudge
from helpdesk.base.rows import as_json, columns, made
from helpdesk.base.text import one_line, reason_of
from helpdesk.base.turns import Turn
from tickets.lifecycle.rules import read_once
from tickets.mail.inbound import intake
from tickets.mail.inbound.judge import Outcome
from tickets.mail.inbound.payloads import NotAMail, to_mime
from tickets.mail.inbound.reading import TooHeavy
from tickets.mail.inbound.senders import Studio, studio
from tickets.mail.models import MIME, MailSource, RawMail
from tickets.mail.parse import ParsedMail

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 20
AHEAD = 4  # mails that lie read while one is written: readings take unequally long
PAUSES = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
MOST_ATTEMPTS = len(PAUSES) + 1
LIGHT_BYTES = 64_000
# how pictures begin, as they are and in base64, and what announces them
_PICTURES = re.compile(rb"(?i:image/)|\x89PNG|\xff\xd8\xff|GIF8|RIFF|iVBOR|/9j/|R0lGOD|UklGR")


@dataclass(frozen=True, slots=True)
class InboundMail:
    """What a source hands in. `key` is the source's own name of it, `mailbox` the address it was fetched for, `recipient` the envelope's.

    `received_at` is when the mail server took it in, where the source tells that; `history`: it lay there before the desk began to read.
    """

    content: bytes
    source: MailSource
    key: str
    mailbox: str = ""
    recipient: str = ""
    form: str = MIME
    content_type: str = ""
    received_at: datetime | None = None
    history: bool = False


def is_heavy(content: bytes) -> bool:
    """Whether reading it may take long. A guess, for the order of reading: one that is not as light as it looks is sent back."""
    return len(content) > LIGHT_BYTES or _PICTURES.search(content) is not None


def store(mail: InboundMail) -> RawMail:
    """Keep a mail before anything is understood. The same key of the same source gives the row that is there already.

    Whatever this raises, a full disk too (blobs.NotKept), means: not stored. The door then says so and the mail stays where it lies.
    """
    with transaction.atomic():
        blob = blobs.keep(mail.content, media_type="message/rfc822" if mail.form == MIME else "application/octet-stream")
        raw = RawMail(
            blob=blob,
            form=mail.form,
            content_type=mail.content_type[:200],
            source=mail.source,
            mailbox=one_line(mail.mailbox, 320),
            recipient=one_line(mail.recipient, 320),
            heavy=is_heavy(mail.content),
            received_at=mail.received_at or clock.now(),
            history=mail.history,
        )
        key = mail.key[:300]
        with connection.cursor() as cursor:
            cursor.execute(_stored(), [mail.source, key, clock.now(), as_json([raw])])
            found = cursor.fetchone()
        if not found:
            return RawMail.objects.get(keys__source=mail.source, keys__key=key)
        made(raw, *found)
        _nudge(raw)
    crash_point("mail.stored")
    return raw


@cache
def _stored() -> str:
    """The door's key and the mail under it, if none is. What a key named that is gone comes anew."""
    facts = columns(RawMail)
    return f"""
WITH kept AS (
    INSERT INTO mail_receivedkey AS here (source, key, received_at, raw_mail_id)
    VALUES (%s, %s, %s, nextval(pg_get_serial_sequence('mail_rawmail', 'id')))
    ON CONFLICT (source, key) DO UPDATE SET raw_mail_id = excluded.raw_mail_id WHERE here.raw_mail_id IS NULL RETURNING raw_mail_id
)
INSERT INTO mail_rawmail (id, {facts})
SELECT raw_mail_id, {facts} FROM kept, json_populate_recordset(NULL::mail_rawmail, %s) RETURNING id
"""  # noqa: S608 - our own columns


def _nudge(raw: RawMail) -> None:
    """Strangers' bytes are read by the workers for mails alone, so that they never hold up who sends replies."""
    nudge("mail.process", raw.pk, queue="mail")


def process(pk: int) -> bool:
    """Understand one raw mail, if nobody else does; before a heavy one, the light ones that wait. False when there was nothing to claim."""
    if RawMail.objects.filter(pk=pk, processed_at=None, parked_at=None, heavy=True).exists():
        _understand(_claim(_new(heavy=False), limit=BATCH))
    return _understand(_claim(Q(pk=pk))) == 1


def process_due(limit: int = 2_000, *, seconds: float = inf) -> int:
    """What waits, until the time is up; returns how many. For the sweep, and for whoever runs the loop themselves.

    New ones oldest first: light ones in batches, and after each batch one heavy one, so that neither waits for all of the others. Those
    that were tried before come last and one by one, so that a mail which kills its worker takes no other one along.
    """
    done, turn = 0, Turn(seconds)
    while done < limit and turn.lasts():
        pks = _claim(_new(heavy=False), limit=min(BATCH, limit - done))
        pks += _claim(_new(heavy=True)) if len(pks) < limit - done else []
        pks = pks or _claim(Q(due_at__lte=clock.now(), attempts__gt=0))
        if not pks:
            break
        done += _understand(pks)
    return done


def _claim(which: Q, *, limit: int = 1) -> list[int]:
    """The oldest that wait; the attempt is counted with the claim."""
    waiting = RawMail.objects.filter(which, processed_at=None, parked_at=None).order_by("due_at", "pk")
    return claim(waiting, limit=limit, lease=LEASE, counting="attempts")


def _new(*, heavy: bool) -> Q:
    return Q(due_at__lte=clock.now(), attempts=0, heavy=heavy)


def park(raw: RawMail, reason: str) -> None:
    """Put it aside for a person, with the reason."""
    noted = {name: getattr(raw, name) for name in intake.NOTED}
    RawMail.objects.filter(pk=raw.pk, processed_at=None).update(
        parked_at=clock.now(), claimed_until=None, outcome=Outcome.PARK, reason=one_line(reason, 500) or "unknown", **noted
    )
    log.warning("mail_parked", raw_mail=raw.pk, reason=reason)


def retry(raw: RawMail) -> RawMail:
    """Take a parked mail up again. Conflict when it is not parked any more."""
    if not read_again(raw, Q(parked_at__isnull=False)):
        raise Conflict(_("This mail is not parked any more."))
    raw.refresh_from_db()
    return raw


@transaction.atomic
def read_again(raw: RawMail, where: Q, *, after: timedelta = timedelta(), **facts: Any) -> bool:
    """Have a mail read as if it had just come, if it is as `where` says; `facts` is what is known of it now. False when it is not so.

    `after`: not before so long; then the sweep takes it up.
    """
    now, mail = clock.now(), RawMail.objects.filter(where, pk=raw.pk)
    afresh = {"processed_at": None, "parked_at": None, "claimed_until": None, "outcome": "", "reason": "", "attempts": 0}
    changed = mail.update(**afresh, due_at=now + after, retried_at=now, **facts) == 1
    if changed and not after:
        _nudge(raw)
    return changed


def content_of(raw: RawMail) -> bytes:
    """The mail itself, as bytes; a provider's payload is put into the form of a mail. blobs.Unreadable when they are gone."""
    if raw.blob is None:
        raise blobs.Unreadable(f"The bytes of raw mail {raw.pk} were erased.")
    content = blobs.read(raw.blob)
    return content if raw.form == MIME else to_mime(content, form=raw.form, content_type=raw.content_type)


def _understand(pks: list[int]) -> int:
    """Claimed mails, one after the other, each in its own transaction; one that fails keeps none of the others back."""
    if not pks:
        return 0
    known = studio()
    rows = RawMail.objects.select_related("blob").in_bulk(pks)
    with gathering(), read_once(), ThreadPoolExecutor(1, "reading") as reader:
        for raw, reading in _read_ahead([rows[pk] for pk in pks if pk in rows], known, reader):
            try:
                intake.take(raw, reading(), known)
            except TooHeavy:
                RawMail.objects.filter(pk=raw.pk).update(heavy=True, attempts=F("attempts") - 1, claimed_until=None)
            except (intake.Unfit, NotAMail) as unfit:
                park(raw, str(unfit))
            except Exception as error:
                log.exception("mail_failed", raw_mail=raw.pk)
                _try_again(raw, error)
    return len(pks)


def _read_ahead(raws: list[RawMail], known: Studio, reader: Executor) -> Iterator[tuple[RawMail, Callable[[], ParsedMail]]]:
    """Each mail with what gives its reading, which may raise. The next ones are read in their child while this one is written."""
    rest = iter(raws)
    begun = deque((raw, _begin_reading(raw, known, reader)) for raw in islice(rest, 1 + AHEAD))
    while begun:
        yield begun.popleft()
        begun.extend((raw, _begin_reading(raw, known, reader)) for raw in islice(rest, 1))


def _begin_reading(raw: RawMail, known: Studio, reader: Executor) -> Callable[[], ParsedMail]:
    """The bytes are fetched here, since the reader's thread has no connection to the database."""
    try:
        if raw.attempts > MOST_ATTEMPTS:
            raise intake.Unfit(raw.reason or "the worker stopped each time it read this mail")
        return reader.submit(intake.read, raw, content_of(raw), known).result
    except Exception as error:
        return partial(_fail, error)


def _fail(error: Exception) -> ParsedMail:
    raise error


def _try_again(raw: RawMail, error: Exception) -> None:
    reason = reason_of(error, 500)
    if raw.attempts >= MOST_ATTEMPTS:
        park(raw, reason)
        return
    RawMail.objects.filter(pk=raw.pk).update(reason=reason, due_at=clock.now() + PAUSES[raw.attempts - 1], claimed_until=None)
